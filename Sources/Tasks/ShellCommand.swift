import Semantics

/// A `command` as a script of the shell and its arguments. A value is never part of the script's text: the script
/// begins by giving the arguments names of its own, which stay what they are whatever the command does to `$1`.
struct ShellCommand {
  let script: String
  let arguments: [String]

  /// - Parameter value: What stands for a placeholder.
  init(_ parts: [TypedTask.CommandPart], value: (TypedTask.CommandPart) -> String) {
    var text = ""
    var values: [String] = []
    for part in parts {
      if case .text(let plain) = part {
        text += plain
      } else {
        values.append(value(part))
        text += "\"${\(Self.name(values.count))}\""
      }
    }
    let names = values.indices.map { "\(Self.name($0 + 1))=${\($0 + 1)}" }.joined(separator: " ")
    let prologue = values.isEmpty ? "" : "\(names); shift \(values.count); "
    script = prologue + text
    arguments = values
  }

  private static func name(_ number: Int) -> String { "thalweg_argument_\(number)" }
}
