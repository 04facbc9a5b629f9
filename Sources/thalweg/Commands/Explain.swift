import ArgumentParser
import Diagnosing
import Execution
import Linting

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells at length what a code means.",
    discussion: """
      EXAMPLES:
        thalweg explain M503
        thalweg explain float-equality
      """)

  @Argument(help: "The code, as it stands in brackets behind `error` or `warning`.")
  var code: String

  @OptionGroup var console: ConsoleOptions

  func run() throws {
    guard let entry = Catalogue.entry(code) ?? Rules.rule(code)?.entry else {
      let meant = Suggestion.nearest(
        to: code.uppercased(), among: Catalogue.entries.map(\.code.text) + Rules.all.map(\.code.text))
      throw Refusal(
        .unknownCode, "there is no code `\(code)`", at: code, of: Thalweg.invocation, label: "not a code",
        fixes: meant.map { [Fix("did you mean `\($0)`?")] } ?? [])
    }
    Console.output.write(entry.text)
  }
}
