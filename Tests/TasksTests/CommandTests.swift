import Columns
import Foundation
import Semantics
import Testing

@testable import Tasks

@Suite struct CommandTests {
  /// Whatever a shell would make something of.
  static let texts = [
    "", "plain", "two words", "  spaces  ", "it's", "a \"quote\"", "$HOME ${PATH} $(id) `id`", "a\nb\n", "*",
    "~",
    "\\", "\\n", "-e", "--", "a;b & c | d > e", "naïve – 日本 🙂", "#comment", "!x", "\u{1}\t",
  ]

  @Test(arguments: texts)
  func anArgumentArrivesAsItIs(_ text: String) async throws {
    let fixture = try await TaskFixture(
      """
      task work(rows: Table<Row>, text: String) -> String {
        command "printf %s {text} > given; printf %s --x={text} > joined; echo '\\"done\\"'"
      }
      """, arguments: "\"x\"")
    #expect(try await fixture.attempt([(.text(text), .string)]).text == "done")
    #expect(try fixture.read("given") == text)
    #expect(try fixture.read("joined") == "--x=" + text)
  }

  @Test func whatACommandDoesToItsParametersChangesNoPlaceholder() async throws {
    let fixture = try await TaskFixture(
      """
      task work(rows: Table<Row>, text: String) -> String {
        command \"""
          set -- x y
          say() \\{ printf '"%s"' {text}; \\}
          say z
        \"""
      }
      """, arguments: "\"x\"")
    #expect(try await fixture.attempt([(.text("a b"), .string)]).text == "a b")
  }

  @Test func aListIsAFileOfJSON() async throws {
    let fixture = try await TaskFixture(
      """
      task work(rows: Table<Row>, words: List<String>) -> List<String> {
        command "cat {words} > {out}"
      }
      """, arguments: "[\"x\"]")
    let words = Column(
      count: 1,
      storage: .list(offsets: Buffer([0, 2]), values: .concatenated([.text("a"), .text("b \"c\"")])))
    let result = try await fixture.attempt([(words, .list(.string))])
    #expect(result.lists.1.texts.values.map(\.string) == ["a", "b \"c\""])
  }

  @Test func theEnvironmentIsSmallAndDeclared() async throws {
    let fixture = try await TaskFixture(
      """
      task work(rows: Table<Row>) -> Int {
        command "env | cut -d= -f1 | sort > names; echo $TOKEN > token; echo 1"
      }
      """)
    _ = try await fixture.attempt(environment: ["TOKEN": "t 1"])
    #expect(try fixture.read("token") == "t 1\n")
    let names = Set(try fixture.read("names").split(separator: "\n").map(String.init))
    let allowed = Set(
      TaskCall.inherited + ["TOKEN", "TMPDIR", "THALWEG_WORK", "PWD", "SHLVL", "_", "OLDPWD"])
    #expect(names.isSubset(of: allowed), "\(names.subtracting(allowed))")
    #expect(names.isSuperset(of: ["PATH", "TOKEN", "TMPDIR"]))
  }

  @Test func filesOfTheResultAreWhereTheyWereWritten() async throws {
    let fixture = try await TaskFixture(
      """
      record Made { model: File, n: Int, parts: Directory }
      task work(rows: Table<Row>) -> Made {
        command "echo m > {out.model}; mkdir {out.parts}; echo '\\{\\"n\\": 7\\}'"
      }
      """)
    let fields = try await fixture.attempt().fields
    #expect(try String(contentsOfFile: fields[0].text, encoding: .utf8) == "m\n")
    #expect(fields[1].int64s[0] == 7)
    var isFolder: ObjCBool = false
    #expect(
      FileManager.default.fileExists(atPath: fields[2].text, isDirectory: &isFolder) && isFolder.boolValue)
  }

  /// A command with its declared result, and what the failure says.
  static let failures: [(result: String, command: String, says: String)] = [
    ("Int", "exit 3", "ended with exit code 3"),
    ("Int", "nowhere-to-be-found", "ended with exit code 127: a program in it was not found"),
    ("Int", "kill -9 $$", "was ended by SIGKILL"),
    ("Int", "sh -c 'kill -11 $$'; echo 1", "ended with exit code 139: a process in it was ended by SIGSEGV"),
    ("Int", "false; echo 1", "ended with exit code 1"),
    ("Int", "echo $UNSET_HERE; echo 1", "ended with exit code"),
    ("Int", "true", "gave no result: its standard output is empty"),
    ("Int", "true {out}", "gave no result: it wrote nothing to `{out}`"),
    ("Int", "echo none", "gave something else than the `Int` that it declares: "),
    ("Int", "echo 1 2", "gave something else than the `Int` that it declares: "),
    (
      "Made", "echo '\\{\\\"n\\\": \\\"x\\\", \\\"t\\\": 1\\}'",
      "gave something else than the `Made` that it declares: `n`: expected an `Int`"
    ),
    ("Made", "echo '\\{\\\"n\\\": 1\\}'", "`t`"),
    ("File", "true {out}", "did not write the result, a `File`"),
    ("File", "mkdir {out}", "wrote a folder for the result, which is a `File`"),
    ("Directory", "touch {out}", "wrote a file for the result, which is a `Directory`"),
  ]

  @Test(arguments: failures.indices)
  func aFailureSaysWhy(_ index: Int) async throws {
    let (result, command, says) = Self.failures[index]
    let fixture = try await TaskFixture(
      """
      record Made { n: Int, t: String }
      task work(rows: Table<Row>) -> \(result) { command "\(command)" }
      """)
    let failure = try #require(await fixture.failure())
    #expect(failure.message.contains(says), "\(failure.message)")
  }

  @Test func theLastLinesOfTheLogAreToldWithoutSecrets() async throws {
    let fixture = try await TaskFixture(
      """
      task work(rows: Table<Row>) -> Int {
        command "for i in 1 2 3 4 5 6 7; do echo line $i; done; echo bad key $KEY >&2; exit 2"
      }
      """)
    let failure = try #require(await fixture.failure(environment: ["KEY": "s3cret"], secrets: ["s3cret"]))
    #expect(failure.lines == ["bad key ***"])
    let log = try fixture.read("work.log")
    #expect(log == "bad key s3cret\n")
  }

  @Test func whatIsPrintedGoesToTheLogWhereItIsNoResult() async throws {
    let fixture = try await TaskFixture(
      """
      task work(rows: Table<Row>) -> Int {
        command "for i in 1 2 3 4 5 6 7; do echo line $i; done; echo 1 > {out}; exit 2"
      }
      """)
    let failure = try #require(await fixture.failure())
    #expect(failure.lines == (3...7).map { "line \($0)" })
  }
}
