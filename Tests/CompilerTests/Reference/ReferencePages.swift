import Diagnosing
import Semantics

/// The pages of the reference that are made from what the compiler knows.
enum ReferencePages {
  static let all: [(name: String, text: String)] = [
    ("operators.md", operators), ("connectors.md", connectors), ("functions.md", functions),
    ("codes.md", codes),
  ]

  private static let note = "Made from the compiler's own tables: change it there."

  private static let operators =
    "# Operators\n\n\(note)\n\nEvery operator is called on a flow: `flow.name(...)`. `f` is always a lambda.\n\n"
    + "| operator | does | needs | gives |\n|---|---|---|---|\n"
    + LanguageReference.operators.map { entry in
      "| `\(cell(entry.form))` | \(entry.summary) | \(entry.needs) | \(entry.gives) |\n"
    }.joined()

  private static let connectors =
    "# Connectors\n\n\(note)\n\nPaths are relative to the folder of `thalweg.yaml`, or else of the file.\n"
    + LanguageReference.connectors.map { entry in
      var text = "\n## \(entry.name)\n"
      if let source = entry.source {
        text += "Reads a \(entry.kinds.joined(separator: " or ")):\n```\n\(source.form)\n```\n"
      }
      if let sink = entry.sink { text += "Writes:\n```\n\(sink.form)\n```\n" }
      let examples = [entry.source?.example, entry.sink?.example].compactMap(\.self)
      return text + "As in \(examples.map { "`\($0)`" }.joined(separator: " and ")).\n"
    }.joined()

  private static let functions =
    "# Functions\n\n\(note) `!` marks what may fail.\n"
    + StandardLibrary.families.map { family in
      "\n## \(family.title)\n\n| function | gives | example |\n|---|---|---|\n"
        + family.functions.map { function in
          let failure = function.failure.map { " Fails: \($0)." } ?? ""
          return "| `\(cell(function.signature))` | \(cell(function.documentation))\(failure) "
            + "| `\(cell(function.example.source))` is `\(cell(function.example.result))` |\n"
        }.joined()
    }.joined()

  private static let codes =
    "# Codes\n\n\(note) `thalweg explain CODE` shows more, with an example that has it and one mended.\n"
    + families.map { family in
      "\n## \(family.letter): \(family.title)\n\n| code | finding |\n|---|---|\n"
        + Catalogue.entries.filter { $0.code.text.hasPrefix(family.letter) }.map { entry in
          "| \(entry.code) | \(cell(entry.title)) |\n"
        }.joined()
    }.joined()

  private static let families: [(letter: String, title: String)] = [
    ("P", "lexing and parsing"), ("N", "names and imports"), ("T", "types"),
    ("F", "absence and failure"), ("M", "modes, boundedness, time"), ("G", "the graph"),
    ("S", "secrets and labels"), ("C", "configuration, schedules, commands"),
  ]

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
