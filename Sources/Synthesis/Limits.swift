import Columns
import Formats

/// What the constraints of an int, a time, a uuid or an enum leave of its values.
struct Limits: Sendable {
  /// Inclusive.
  private(set) var low = Int64.min
  private(set) var high = Int64.max
  /// The only values that are allowed, within the bounds; nil where all are.
  private(set) var choice: [Int64]?
  /// The same of a uuid or decimal.
  private(set) var wideChoice: [Int128]?

  /// Whether there are bounds.
  var isBounded: Bool { low != .min || high != .max }

  /// Whether a value is allowed.
  func allows(_ value: Int64) -> Bool {
    value >= low && value <= high && choice.map { $0.contains(value) } ?? true
  }

  init(_ field: FieldSchema) throws(SynthesisProblem) {
    for constraint in field.constraints {
      switch constraint {
      case .intRange(let least, let greatest):
        low = max(low, least)
        high = min(high, greatest)
      case .oneOfInts(let values): choice = choice.map { $0.filter { values.contains($0) } } ?? values
      case .oneOfDecimals(let values):
        wideChoice = wideChoice.map { $0.filter { values.contains($0) } } ?? values
      default: break
      }
    }
    choice = choice?.filter { $0 >= low && $0 <= high }
    if low > high || choice?.isEmpty == true || wideChoice?.isEmpty == true {
      throw Self.nothingLeft(field)
    }
  }

  static func nothingLeft(_ field: FieldSchema) -> SynthesisProblem {
    SynthesisProblem(
      field.name, "no value fulfils all constraints of `\(field.name)`",
      help: "look at its `@range`, `@one_of` and `@pattern` together")
  }
}
