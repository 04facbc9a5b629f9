import Columns
import Diagnosing
import RegularExpressions
import Syntax

/// What the annotations of a field say.
struct FieldDetails {
  let type: Type
  var isKey = false
  var column: String?
  var format: String?
  var constraints: [Constraint] = []
  var requestPart: RequestPart?

  init(type: Type) { self.type = type }
}

/// How the columns of a record are called whose fields have no `@name`.
enum ColumnNaming {
  case asDeclared
  /// `unit_price` is `unitPrice`.
  case camelCase
  case prefix(String)

  func column(of field: String) -> String {
    switch self {
    case .asDeclared: return field
    case .prefix(let prefix): return prefix + field
    case .camelCase:
      let words = field.split(separator: "_")
      guard let first = words.first else { return field }
      return words.dropFirst().reduce(String(first)) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }
  }
}

extension Declarer {
  private static let fieldAnnotations = [
    "key", "range", "pattern", "one_of", "name", "format", "path", "query", "header",
  ]

  /// What no label can be called.
  static let annotationNames = Set(fieldAnnotations + ["names", "was"])

  /// `@names(...)` before a record.
  func naming(_ annotations: [Annotation]) -> ColumnNaming {
    var naming = ColumnNaming.asDeclared
    for (position, annotation) in annotations.enumerated() {
      guard annotation.name.text == "names" else {
        diagnostics.append(
          annotation.name.text == "was"
            ? .badAnnotation("`@was` stands before a statement, not before a record", at: annotation.span)
            : .unknownAnnotation(annotation.name, candidates: ["names"]))
        continue
      }
      if annotations[..<position].contains(where: { $0.name.text == "names" }) {
        diagnostics.append(.repeatedAnnotation(annotation))
        continue
      }
      let arguments = annotation.arguments ?? []
      if arguments.count == 1, let argument = arguments.first {
        if argument.label == nil, case .name(let word) = argument.value.kind, word.text == "camel_case" {
          naming = .camelCase
          continue
        }
        if argument.label?.text == "prefix", let prefix = checker.plainText(argument.value) {
          naming = .prefix(prefix)
          continue
        }
      }
      diagnostics.append(
        .badAnnotation(
          "`@names` takes `camel_case` or `prefix: \"...\"`", at: annotation.span, label: "not understood"))
    }
    return naming
  }

  /// Adds what an annotation says, checked against the field's type.
  func annotate(_ details: inout FieldDetails, _ annotation: Annotation) {
    let type = details.type.unwrapped
    let arguments = annotation.arguments ?? []
    if let labelled = arguments.first(where: { $0.label != nil }), let label = labelled.label,
      Self.fieldAnnotations.contains(annotation.name.text)
    {
      diagnostics.append(.unknownArgument(label, of: annotation.name, candidates: []))
      return
    }
    switch annotation.name.text {
    case "key":
      if annotation.arguments != nil {
        diagnostics.append(.badAnnotation("`@key` takes no arguments", at: annotation.span))
      }
      if !details.type.isKey {
        diagnostics.append(
          .badAnnotation(
            "a `\(details.type)` can't be a key", at: annotation.span, label: "not a key type",
            help: "keys are scalars but `Float` and `Json`, enums, and distinct types of these"))
      }
      details.isKey = true
    case "range": range(&details, type, arguments, annotation)
    case "one_of":
      guard !arguments.isEmpty else {
        diagnostics.append(.badAnnotation("`@one_of` takes the values that are allowed", at: annotation.span))
        return
      }
      if !type.isOrdered {
        diagnostics.append(
          .badAnnotation("`@one_of` does not fit `\(type)`", at: annotation.span, label: "needs a scalar"))
        return
      }
      details.constraints.append(
        .oneOf(arguments.map { constant($0.value, of: type, "a value of `@one_of`") }))
    case "pattern": pattern(&details, type, arguments, annotation)
    case "name":
      guard arguments.count == 1, let text = checker.plainText(arguments[0].value), !text.isEmpty else {
        diagnostics.append(
          .badAnnotation("`@name` takes the column's name as a string literal", at: annotation.span))
        return
      }
      details.column = text
    case "format": format(&details, type, arguments, annotation)
    case "names":
      diagnostics.append(
        .badAnnotation(
          "`@names` stands before a record", at: annotation.span,
          help: "the column of one field: `@name(\"...\")`"))
    case "was":
      diagnostics.append(
        .badAnnotation("`@was` stands before a statement, not behind a field", at: annotation.span))
    case "path", "query", "header": requestPart(&details, arguments, annotation)
    case let name where module.holdsLabel(name):
      if annotation.arguments != nil {
        diagnostics.append(.labelWithArguments(annotation.name, at: annotation.span))
      }
    default:
      diagnostics.append(
        .unknownAnnotation(annotation.name, candidates: Self.fieldAnnotations + module.labelNames.sorted()))
    }
  }

  private func range(
    _ details: inout FieldDetails, _ type: Type, _ arguments: [Argument], _ annotation: Annotation
  ) {
    guard arguments.count == 2 else {
      diagnostics.append(
        .badAnnotation("`@range` takes the least and the greatest value", at: annotation.span))
      return
    }
    guard type.isOrdered, type != .bool else {
      diagnostics.append(
        .badAnnotation("`@range` does not fit `\(type)`", at: annotation.span, label: "needs an order"))
      return
    }
    let low = constant(arguments[0].value, of: type, "a bound of `@range`")
    let high = constant(arguments[1].value, of: type, "a bound of `@range`")
    if case .literal(let least) = low.kind, case .literal(let greatest) = high.kind, least.exceeds(greatest) {
      diagnostics.append(
        .badAnnotation("nothing lies between these bounds", at: annotation.span, label: "empty range"))
    }
    details.constraints.append(.range(low, high))
  }

  private func pattern(
    _ details: inout FieldDetails, _ type: Type, _ arguments: [Argument], _ annotation: Annotation
  ) {
    guard type.isText else {
      diagnostics.append(
        .badAnnotation("`@pattern` does not fit `\(type)`", at: annotation.span, label: "needs a `String`"))
      return
    }
    guard arguments.count == 1, case .regex(let source) = arguments[0].value.kind else {
      diagnostics.append(
        .badAnnotation("`@pattern` takes a regular expression: `@pattern(re\"...\")`", at: annotation.span))
      return
    }
    if let problem = RegularExpression.problem(in: source) {
      diagnostics.append(.badRegex(problem, at: arguments[0].value.span))
      return
    }
    details.constraints.append(.pattern(source))
  }

  private func format(
    _ details: inout FieldDetails, _ type: Type, _ arguments: [Argument], _ annotation: Annotation
  ) {
    guard type.isDay || type.isTime else {
      diagnostics.append(
        .badAnnotation(
          "`@format` does not fit `\(type)`", at: annotation.span, label: "needs a `Date` or `Timestamp`"))
      return
    }
    guard arguments.count == 1, let text = checker.plainText(arguments[0].value), !text.isEmpty else {
      diagnostics.append(
        .badAnnotation(
          "`@format` takes `\"epoch_ms\"` or a strftime pattern as a string literal", at: annotation.span))
      return
    }
    if let problem = TimeFormat.problem(in: text) {
      diagnostics.append(.badAnnotation(problem, at: arguments[0].value.span, label: "not a format"))
      return
    }
    if type.isDay, text.hasPrefix("epoch_") {
      diagnostics.append(
        .badAnnotation(
          "a `Date` is no number of seconds", at: arguments[0].value.span, label: "needs a pattern"))
      return
    }
    details.format = text
  }
}

extension Type {
  /// The type underneath a distinct one.
  public var rawType: Type {
    if case .distinct(let type) = self { type.raw } else { self }
  }

  fileprivate var isText: Bool { rawType == .string }
  fileprivate var isDay: Bool { rawType == .date }
  fileprivate var isTime: Bool { rawType == .timestamp }
}

extension Literal {
  /// Whether it is greater than another of its kind.
  func exceeds(_ other: Literal) -> Bool {
    switch (self, other) {
    case (.int(let left), .int(let right)): left > right
    case (.float(let left), .float(let right)): left > right
    case (.decimal(let left), .decimal(let right)): left > right
    case (.string(let left), .string(let right)): right.utf8.lexicographicallyPrecedes(left.utf8)
    case (.uuid(let left), .uuid(let right)): left > right
    case (.date(let left), .date(let right)): left > right
    case (.timestamp(let left), .timestamp(let right)): left > right
    case (.duration(let left), .duration(let right)): left > right
    case (.enumCase(let left), .enumCase(let right)): left > right
    default: false
    }
  }
}
