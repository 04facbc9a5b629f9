import Diagnosing
import Syntax

/// What an operator, connector or aggregate takes in its parentheses.
struct CallSignature: Sendable {
  /// What the call is in messages: "operator", "connector", "aggregate", "check".
  var kind = "operator"
  /// What each positional argument is, in messages: "a lambda", "the other flow".
  var positional: [String] = []
  /// How many of `positional` may be left out, from the end.
  var optionalPositional = 0
  /// The labels that must be given.
  var required: [String] = []
  /// The labels that may be given.
  var options: [String] = []
  /// The labels that may be given more than once.
  var repeatable: [String] = []
  /// The call as it should look, for help.
  var example: String
  /// The call with all that it may have, where that is worth showing.
  var form: String?

  var labels: [String] { required + options }
}

/// The arguments of a call, matched with its signature.
struct CallArguments {
  /// In order; as many as are required, unless `isComplete` is false.
  var positional: [Expression] = []
  /// Those whose label the signature has.
  var labelled: [(label: Identifier, value: Expression)] = []
  /// False when something required is missing (which was reported).
  var isComplete = true
  /// Whether something was reported that does not belong here: it may stand for what is missing.
  var hasStrangers = false

  /// The value given under a label.
  subscript(label: String) -> Expression? {
    labelled.first { $0.label.text == label }?.value
  }

  /// All values given under a repeatable label.
  func all(_ label: String) -> [Expression] {
    labelled.filter { $0.label.text == label }.map(\.value)
  }

  /// Every argument.
  var all: [Expression] { positional + labelled.map(\.value) }

  /// The positional argument at an index, if it is there.
  func at(_ index: Int) -> Expression? { index < positional.count ? positional[index] : nil }
}

extension FlowChecker {
  /// Matches arguments with a signature; reports what does not fit. What is reported is not checked
  /// further, but flows in it count as used.
  func match(_ arguments: [Argument], of name: Identifier, with signature: CallSignature) -> CallArguments {
    var result = CallArguments()
    for argument in arguments {
      guard let label = argument.label else {
        if result.positional.count < signature.positional.count {
          result.positional.append(argument.value)
        } else {
          let missing = signature.required.first { wanted in
            !arguments.contains { $0.label?.text == wanted }
          }
          report(.unexpectedArgument(of: name, signature, missing: missing, at: argument.value.span))
          result.hasStrangers = true
          markUses(in: argument.value)
        }
        continue
      }
      if !signature.labels.contains(label.text) {
        report(.unknownOption(label, of: name, signature))
        markUses(in: argument.value)
        result.hasStrangers = true
      } else if let first = result.labelled.first(where: { $0.label.text == label.text })?.label,
        !signature.repeatable.contains(label.text)
      {
        report(.repeatedOption(label, of: name, first: first.span))
        markUses(in: argument.value)
      } else {
        result.labelled.append((label, argument.value))
      }
    }
    if result.positional.count < signature.positional.count - signature.optionalPositional {
      result.isComplete = false
      if !result.hasStrangers {
        report(.missingArgument(of: name, signature.positional[result.positional.count], signature))
      }
    } else if let missing = signature.required.first(where: { result[$0] == nil }) {
      result.isComplete = false
      if !result.hasStrangers { report(.missingOption(missing, of: name, signature)) }
    }
    return result
  }

  /// The text of a literal without interpolation; reports anything else.
  func literalText(_ expression: Expression, option: String, of name: String) -> String? {
    if case .string(let parts) = expression.kind {
      switch parts.count {
      case 0: return ""
      case 1: if case .text(let text) = parts[0] { return text }
      default: break
      }
    }
    reportLiteral(expression, option: option, of: name, wanted: "a text in quotes, without `{ }`")
    return nil
  }

  /// The value of a Boolean literal; reports anything else.
  func literalBool(_ expression: Expression, option: String, of name: String) -> Bool? {
    if case .boolean(let value) = expression.kind { return value }
    reportLiteral(expression, option: option, of: name, wanted: "`true` or `false`")
    return nil
  }

  /// An option word such as `fail`; reports anything else.
  func word(_ expression: Expression, option: String, of name: String, among words: [String]) -> String? {
    if case .name(let word) = expression.kind, words.contains(word.text) { return word.text }
    let list = words.map { "`\($0)`" }.joined(separator: " or ")
    reportLiteral(expression, option: option, of: name, wanted: list, among: words)
    return nil
  }

  private func reportLiteral(
    _ expression: Expression, option: String, of name: String, wanted: String, among words: [String] = []
  ) {
    if case .error = expression.kind { return }
    markUses(in: expression)
    var suggestion: String?
    switch expression.kind {
    case .name(let word), .enumCase(let word):
      suggestion = words.contains(word.text) ? word.text : Suggestion.nearest(to: word.text, among: words)
    case .string(let parts):
      if case .text(let text)? = parts.first, parts.count == 1, words.contains(text) { suggestion = text }
    default: break
    }
    report(.optionValue(option, of: name, wanted: wanted, suggestion: suggestion, at: expression.span))
  }
}
