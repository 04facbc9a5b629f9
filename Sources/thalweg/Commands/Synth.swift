import ArgumentParser
import Execution

enum SynthFormat: String, ExpressibleByArgument, CaseIterable {
  case csv, jsonl
}

struct Synth: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints made rows that fit a record's types and constraints.",
    discussion: """
      The same seed gives the same rows on every machine; more rows begin with those of fewer.

      EXAMPLES:
        thalweg synth orders.thal Order --rows 1000 --seed 7 > orders.csv
        thalweg synth orders.thal Order --rows 10 --seed 7 --format jsonl
      """)

  @Argument(help: "The file that declares or imports the record.")
  var file: String

  @Argument(help: "The record.")
  var record: String

  @Option(help: "How many rows.")
  var rows: Int

  @Option(help: "A number; another one gives other rows.")
  var seed: Int64

  @Option(help: ArgumentHelp("csv or jsonl.", valueName: "format"))
  var format = SynthFormat.csv

  @OptionGroup var console: ConsoleOptions

  func validate() throws {
    if rows < 0 { throw ValidationError("`--rows` must be 0 or more.") }
  }

  func run() async throws {
    let rows = try await RecordSynthesis(
      of: record, in: file, rows: rows, seed: seed, isCSV: format == .csv, Thalweg.invocation)
    Console.error.show(rows.warnings, rows.sources)
    try rows.write { Console.output.write($0) }
  }
}
