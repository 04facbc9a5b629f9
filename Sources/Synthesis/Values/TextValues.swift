import Formats
import RegularExpressions

/// Strings: one of those that are allowed, one that matches a pattern, or one that fits the field's name.
enum TextValues {
  static func maker(_ field: FieldSchema) throws(SynthesisProblem) -> @Sendable (Cell, inout Dice) -> String {
    let constraints = TextConstraints(field)
    if let choice = constraints.choice {
      if choice.isEmpty { throw Limits.nothingLeft(field) }
      return { _, dice in dice.pick(choice) }
    }
    if let first = constraints.patterns.first {
      let sampler = try PatternSampler(first, all: constraints.patterns, field: field.name)
      return { _, dice in sampler.sample(&dice) }
    }
    let name = FieldName(field.name)
    return { _, dice in name.text(&dice) }
  }
}

/// What the constraints of a string ask.
struct TextConstraints {
  /// The only values that are allowed; nil where there is no `@one_of`.
  private(set) var choice: [String]?
  private(set) var patterns: [RegularExpression] = []

  init(_ field: FieldSchema) {
    for constraint in field.constraints {
      switch constraint {
      case .oneOfTexts(let values): choice = choice.map { $0.filter { values.contains($0) } } ?? values
      case .pattern(let expression): patterns.append(expression)
      default: break
      }
    }
    if let all = choice {
      choice = all.filter { value in patterns.allSatisfy { $0.matches(value) } }
    }
  }
}
