import ArgumentParser
import Diagnosing
import Execution

enum TestFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, junit
}

struct Test: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the tests beside the code, in this process; no file is read or written.",
    discussion: """
      EXAMPLES:
        thalweg test                          # every test below this folder
        thalweg test revenue.thal --filter "no sales"
        thalweg test --format junit > report.xml
        thalweg test --modes                  # as streams and services, too
        thalweg test --update                 # takes the rows that came as the expected ones
      """)

  @Argument(help: "Files and folders; `-` is standard input, without any it is this folder.")
  var paths: [String] = []

  @Option(
    help: ArgumentHelp("Only tests with a title that this regular expression finds.", valueName: "re"))
  var filter: String?

  @Option(help: ArgumentHelp("How results are printed: text, json or junit.", valueName: "format"))
  var format = TestFormat.text

  @Flag(help: "Rewrite the expected rows of `expect NAME == [...]` that fail.")
  var update = false

  @Flag(
    help: """
      Run each pipeline as a stream, too: in other orders of arrival, several partitions, with a kill; a service by \
      calls of other rows, several at once.
      """)
  var modes = false

  @Option(help: ArgumentHelp("With `--modes`, only this arrangement of the rows.", valueName: "seed"))
  var seed: UInt64?

  @OptionGroup var console: ConsoleOptions

  func run() async throws {
    let suite = try await TestSuite(
      testing: paths.isEmpty ? ["."] : paths, filter: filter,
      modes: modes ? seed.map { [$0] } ?? TestSuite.allModes : [], Thalweg.invocation)
    Console.error.show(suite.warnings, suite.sources)
    switch format {
    case .text: Console.output.write(suite.text(isColored: Console.output.isColored))
    case .json: Console.output.write(suite.json.indented + "\n")
    case .junit: Console.output.write(suite.junit)
    }
    var status = suite.status
    if update {
      let done = try suite.update(Thalweg.invocation)
      for line in done.lines { Console.error.write("\(line)\n") }
      status = done.status
    }
    if status != .done { throw status.thrown }
  }
}
