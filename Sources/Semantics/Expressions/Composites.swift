import Diagnosing
import Syntax

extension ExpressionChecker {
  /// `[a, b]`.
  func checkList(_ elements: [Expression], _ want: Want, _ span: Span, in scope: Scope) -> TypedExpression {
    var wanted: Type?
    if case .list(let element)? = want.literal { wanted = element }
    if elements.isEmpty {
      // A map without entries is written the same.
      if case .map(let value)? = want.literal { return TypedExpression(.map([]), .map(value), span) }
      return TypedExpression(.list([]), .list(wanted ?? .nothing), span)
    }
    let inner = Want(type: wanted, isRequired: want.isRequired && wanted != nil)
    guard let (values, type) = checkBranches(elements.map { ($0, scope) }, inner) else { return poison(span) }
    if type == .error { return poison(span) }
    return TypedExpression(.list(values), .list(type), span)
  }

  /// `["k": v]`.
  func checkMap(
    _ entries: [(key: Expression, value: Expression)], _ want: Want, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    var wanted: Type?
    if case .map(let value)? = want.literal { wanted = value }
    if entries.isEmpty { return TypedExpression(.map([]), .map(wanted ?? .nothing), span) }
    var seen: [String: Span] = [:]
    let keys = entries.map { entry in
      if let text = plainText(entry.key) {
        if let first = seen[text] {
          report(.repeatedKey(text, at: entry.key.span, first: first))
        } else {
          seen[text] = entry.key.span
        }
      }
      return check(entry.key, in: scope, expecting: .string)
    }
    let inner = Want(type: wanted, isRequired: want.isRequired && wanted != nil)
    guard let (values, type) = checkBranches(entries.map { ($0.value, scope) }, inner) else {
      return poison(span)
    }
    if type == .error { return poison(span) }
    return TypedExpression(.map(zip(keys, values).map { (key: $0, value: $1) }), .map(type), span)
  }

  /// `Priced { o.id, usd: 0 }`.
  func checkConstruction(
    _ syntax: TypeSyntax, _ initializers: [FieldInitializer], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let type = resolve(syntax)
    guard case .record(let record) = type else {
      for initializer in initializers {
        checkLoose([Argument(label: nil, value: initializer.value)], in: scope)
      }
      return type == .error ? poison(span) : fail(.constructionOf(type, at: syntax.span))
    }
    var values = [TypedExpression?](repeating: nil, count: record.fields.count)
    var given = [Span?](repeating: nil, count: record.fields.count)
    var hasErrors = false
    var spread: (local: Local, value: TypedExpression)?
    for (position, initializer) in initializers.enumerated() {
      if case .spread(let expression) = initializer {
        guard position == 0 else {
          report(.spreadNotFirst(at: expression.span))
          hasErrors = true
          continue
        }
        // The fields that are named override it; only the others are read from it.
        spread = spreadValue(expression, in: scope)
        if spread == nil { hasErrors = true }
        continue
      }
      guard let name = initializer.name else { continue }
      guard let index = record.index(of: name.text) else {
        let before = poisoned
        checkLoose([Argument(label: nil, value: initializer.value)], in: scope)
        // A short field whose name is wrong is wrong in both places.
        if !initializer.isShort || poisoned == before { report(.unknownField(name, of: record)) }
        hasErrors = true
        continue
      }
      if let first = given[index] {
        report(.duplicate(name, first: first, what: "field"))
        checkLoose([Argument(label: nil, value: initializer.value)], in: scope)
        hasErrors = true
        continue
      }
      given[index] = name.span
      values[index] = check(initializer.value, in: scope, expecting: record.fields[index].type)
    }
    if let spread, !fill(&values, of: record, from: spread.local, spread.value) { hasErrors = true }
    let missing = record.fields.indices.filter {
      values[$0] == nil && given[$0] == nil && record.fields[$0].defaultValue == nil
    }
    if !missing.isEmpty, !hasErrors {
      report(.missingFields(missing.map { record.fields[$0].name }, of: record, at: syntax.span))
      hasErrors = true
    }
    if hasErrors {
      poisoned += 1
      return TypedExpression(.error, type, span)
    }
    let complete = record.fields.indices.map { index in
      values[index] ?? record.fields[index].defaultValue ?? poison(span)
    }
    let construction = TypedExpression(.construct(complete), type, span)
    guard let spread else { return construction }
    return TypedExpression(.bind(spread.local, spread.value, in: construction), type, span)
  }

  /// `row { o.shop, day: o.at.date() }`.
  func checkRow(
    _ initializers: [FieldInitializer], _ want: Want, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    var wanted: [String: Type] = [:]
    if case .row(let row)? = want.literal {
      wanted = Dictionary(zip(row.names, row.types), uniquingKeysWith: { first, _ in first })
    }
    var names: [String] = []
    var values: [TypedExpression] = []
    var places: [Span] = []
    var spread: (local: Local, value: TypedExpression)?
    var spreadCount = 0
    var hasErrors = false
    for (position, initializer) in initializers.enumerated() {
      if case .spread(let expression) = initializer {
        guard position == 0 else {
          report(.spreadNotFirst(at: expression.span))
          hasErrors = true
          continue
        }
        spread = spreadValue(expression, in: scope)
        guard let spread else {
          // Which fields the row has is not known.
          for other in initializers.dropFirst() { _ = operand(other.value, in: scope) }
          return poison(span)
        }
        let source = TypedExpression(.local(spread.local), spread.local.type, expression.span)
        for (index, field) in spread.local.type.memberTypes.enumerated() {
          names.append(field.name)
          values.append(TypedExpression(.field(source, index), field.type, expression.span))
          places.append(expression.span)
        }
        spreadCount = names.count
        continue
      }
      guard let name = initializer.name else { continue }
      let value = operand(initializer.value, in: scope, .hint(wanted[name.text]))
      if value.type == .nothing { hasErrors = true }
      if value.type == .regex {
        report(.regexOutOfPlace(at: value.span))
        hasErrors = true
      }
      if let index = names.firstIndex(of: name.text) {
        if index < spreadCount, places[index] != name.span {
          values[index] = value
          places[index] = name.span
          continue
        }
        report(.duplicate(name, first: places[index], what: "field"))
        hasErrors = true
        continue
      }
      names.append(name.text)
      values.append(value)
      places.append(name.span)
    }
    if hasErrors { poisoned += 1 }
    let type = Type.row(RowType(names: names, types: values.map(\.type)))
    if hasErrors { return TypedExpression(.error, type, span) }
    let construction = TypedExpression(.construct(values), type, span)
    guard let spread else { return construction }
    return TypedExpression(.bind(spread.local, spread.value, in: construction), type, span)
  }

  /// What stands behind `...`: a record or row, under a name so that it is evaluated once.
  private func spreadValue(
    _ expression: Expression, in scope: Scope
  ) -> (local: Local, value: TypedExpression)? {
    let value = operand(expression, in: scope)
    switch value.type {
    case .record, .row: return (makeLocal("spread", value.type), value)
    case .error: return nil
    case .optional:
      report(.mayBeAbsent(value, use: "spread"))
      return nil
    default:
      report(.spreadOf(value))
      return nil
    }
  }

  /// Fields that are not named come from the spread value, where it has one of their name. False after a
  /// diagnostic.
  private func fill(
    _ values: inout [TypedExpression?], of record: RecordType, from local: Local, _ source: TypedExpression
  ) -> Bool {
    let value = TypedExpression(.local(local), local.type, source.span)
    let members = local.type.memberTypes
    var isSound = true
    var supplied = 0
    for (index, field) in record.fields.enumerated() {
      guard let member = members.firstIndex(where: { $0.name == field.name }) else { continue }
      supplied += 1
      guard values[index] == nil else { continue }
      let found = members[member].type
      if field.type == found {
        values[index] = TypedExpression(.field(value, member), found, source.span)
      } else if field.type == .optional(found) {
        let read = TypedExpression(.field(value, member), found, source.span)
        values[index] = TypedExpression(.some(read), field.type, source.span)
      } else if found != .error, field.type != .error {
        report(.spreadFieldDiffers(field, found: found, at: source.span))
        isSound = false
      }
    }
    if supplied == 0, isSound {
      report(.spreadGivesNothing(source, record))
      isSound = false
    }
    return isSound
  }
}

extension Type {
  /// The fields of a record or row.
  public var memberTypes: [(name: String, type: Type)] {
    switch self {
    case .record(let record): record.fields.map { ($0.name, $0.type) }
    case .row(let row): Array(zip(row.names, row.types)).map { (name: $0.0, type: $0.1) }
    default: []
    }
  }
}

extension FieldInitializer {
  /// Whether its name is that of the path: `o.id`.
  var isShort: Bool {
    if case .short = self { true } else { false }
  }

  /// The field that is set; a spread sets many.
  var name: Identifier? {
    switch self {
    case .named(let name, _), .short(let name, _): name
    case .spread: nil
    }
  }

  /// The value.
  var value: Expression {
    switch self {
    case .named(_, let value), .short(_, let value), .spread(let value): value
    }
  }
}
