import ArgumentParser
import Diagnosing
import Execution
import Linting

struct ListRules: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Lists the lint rules.",
    discussion: """
      EXAMPLES:
        thalweg rules
        thalweg rules --json
        thalweg explain L907        # one of them at length
      """)

  @Flag(help: "Print them for machines, with everything that is told about each.")
  var json = false

  @OptionGroup var console: ConsoleOptions

  func run() {
    Console.output.write(json ? Rules.json.indented + "\n" : Rules.table)
  }
}
