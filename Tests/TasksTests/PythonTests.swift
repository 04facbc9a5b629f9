import Columns
import Foundation
import Semantics
import Testing

@testable import Tasks

@Suite struct PythonTests {
  private func fixture(_ python: String, result: String = "Made") async throws -> TaskFixture {
    let fixture = try await TaskFixture(
      """
      record Made { n: Int, t: String, model: File }
      task work(rows: Table<Row>, text: String, depth: Int = 2) -> \(result) { python "lib/code.py:work" }
      """, arguments: "\"x\"")
    try FileManager.default.createDirectory(
      atPath: fixture.folder + "/lib", withIntermediateDirectories: true)
    try fixture.write(python, to: "lib/code.py")
    try fixture.write("{\"id\":1}\n{\"id\":2}\n", to: "rows.jsonl")
    return fixture
  }

  private let values: [(Column, Type)] = [(.text("a 'b' \"c\"\n🙂"), .string), (.number(5), .int)]

  @Test func aFunctionIsCalledWithItsArguments() async throws {
    let fixture = try await fixture(
      """
      import helper, os, pathlib
      def work(rows, text, depth=2):
          print("hello")
          model = pathlib.Path(os.environ["THALWEG_WORK"]) / "m.bin"
          model.write_text(text)
          assert os.getcwd() == helper.FOLDER
          return {"n": depth * len(rows.read_text().splitlines()), "t": text, "model": model}
      """)
    try fixture.write("FOLDER = \"\(fixture.folder)\"\n", to: "lib/helper.py")
    let fields = try await fixture.attempt(values).fields
    #expect(fields[0].int64s[0] == 10)
    #expect(fields[1].text == values[0].0.text)
    #expect(try String(contentsOfFile: fields[2].text, encoding: .utf8) == values[0].0.text)
    #expect(try fixture.read("work.log") == "hello\n")
  }

  /// A function with what its failure says.
  static let failures: [(python: String, says: String)] = [
    (
      "def work(rows, text, depth):\n    return inner(depth)\ndef inner(n):\n    raise ValueError(f'bad {n}')",
      "failed: ValueError: bad 5 (lib/code.py:4)"
    ),
    ("def other(): pass", "failed: AttributeError: code.py has no function work (lib/code.py)"),
    ("def work(rows:\n", "failed: SyntaxError: '(' was never closed (lib/code.py:1)"),
    (
      "import no_such_module", "failed: ModuleNotFoundError: No module named 'no_such_module' (lib/code.py:1)"
    ),
    ("def work(rows, text): pass", "got an unexpected keyword argument 'depth'"),
    (
      "def work(rows, text, depth): return {'n': 'x', 't': 'y', 'model': '/dev/null'}",
      "`n`: expected an `Int`"
    ),
    ("def work(rows, text, depth): return {'n': 1, 't': 'y'}", "returned no path as `model`, a `File`"),
    ("def work(rows, text, depth): return {'n': 1, 't': 'y', 'model': 'no'}", "did not write `model`"),
    ("def work(rows, text, depth): return object()", "a value of type object can't be written as JSON"),
    ("import sys\ndef work(rows, text, depth): sys.exit(4)", "failed: SystemExit: 4"),
    ("import os\ndef work(rows, text, depth): os.kill(os.getpid(), 9)", "was ended by SIGKILL"),
  ]

  @Test(arguments: failures.indices)
  func anExceptionIsToldWithItsPlace(_ index: Int) async throws {
    let (python, says) = Self.failures[index]
    let failure = try #require(await fixture(python).failure(values))
    #expect(failure.message.contains(says), "\(failure.message)")
  }

  @Test func aFileThatIsNotThereIsNamed() async throws {
    let fixture = try await TaskFixture("task work(rows: Table<Row>) -> Int { python \"no.py:f\" }")
    #expect(await fixture.failure()?.message == "can't be called: there is no file `no.py`")
  }
}
