import ArgumentParser
import Execution

struct Fmt: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes programs in the one format.",
    discussion: """
      EXAMPLES:
        thalweg fmt                     # every program below this folder
        thalweg fmt --check --diff      # for CI: what would change, and exit code 1
        thalweg fmt - < a.thal          # standard input to standard output
      """)

  @Argument(help: "Files and folders; `-` is standard input, without any it is this folder.")
  var paths: [String] = []

  @Flag(help: "Change nothing; list the files that are not in the format, and exit with 1 if there are any.")
  var check = false

  @Flag(help: "Change nothing; print what would change.")
  var diff = false

  @OptionGroup var console: ConsoleOptions

  func run() throws {
    let formatting = try Formatting(paths.isEmpty ? ["."] : paths, Thalweg.invocation)
    for file in formatting.files where file.isChanged || file.isStandardInput {
      if diff {
        Console.output.write(file.diff)
      } else if check {
        Console.output.write("\(file.path)\n")
      } else if file.isStandardInput {
        Console.output.write(file.formatted)
      } else {
        try file.save(Thalweg.invocation)
      }
    }
    Console.error.show(formatting.diagnostics, formatting.sources)
    let isUnformatted = formatting.files.contains { $0.isChanged }
    if !formatting.diagnostics.isEmpty || (check && isUnformatted) { throw ExitStatus.failed.thrown }
  }
}
