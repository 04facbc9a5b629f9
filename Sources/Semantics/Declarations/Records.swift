import Columns
import Diagnosing
import RegularExpressions
import Syntax

/// A record whose fields are still to be resolved.
struct PendingRecord {
  let record: RecordType
  let syntax: RecordDeclaration
}

extension Declarer {
  /// Gives every record the names and types of its fields; defaults and annotations follow when all
  /// types are known.
  func resolveFields(of records: [PendingRecord]) {
    for pending in records {
      var seen = FirstPlaces()
      var fields: [Field] = []
      fields.reserveCapacity(pending.syntax.fields.count)
      // By index here and below: a field's syntax is large to copy.
      for position in pending.syntax.fields.indices {
        let type = resolve(pending.syntax.fields[position].type)
        let name = pending.syntax.fields[position].name
        if let first = seen.first(name.text, at: name.span) {
          diagnostics.append(.duplicate(name, first: first, what: "field"))
          continue
        }
        fields.append(Field(name: name.text, type: type, column: name.text, span: name.span))
      }
      pending.record.fields = fields
    }
  }

  /// Finds records that contain themselves, then completes all fields: those of contained records first,
  /// because a default may construct one.
  func completeRecords(_ records: [PendingRecord]) {
    var pending = [ObjectIdentifier: Int](minimumCapacity: records.count)
    for (index, record) in records.enumerated() { pending[ObjectIdentifier(record.record)] = index }
    var order: [Int] = []
    var states = [Int](repeating: 0, count: records.count)
    for start in records.indices where states[start] == 0 {
      var path = [(record: start, next: 0)]
      states[start] = 1
      while let (record, next) = path.last {
        let type = records[record].record
        guard next < type.fields.count else {
          states[record] = 2
          order.append(record)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        guard let inner = type.fields[next].type.containedRecord,
          let target = pending[ObjectIdentifier(inner)]
        else { continue }
        switch states[target] {
        case 0:
          states[target] = 1
          path.append((target, 0))
        case 1:
          let first = path.firstIndex { $0.record == target } ?? 0
          let circle = path[first...].map { records[$0.record].record.name }
          let field = type.fields[next]
          diagnostics.append(.recursiveRecord(circle, at: Identifier(field.name, field.span)))
          type.fields[next] = Field(name: field.name, type: .error, column: field.column, span: field.span)
        default: break
        }
      }
    }
    for index in order { complete(records[index]) }
  }

  private func complete(_ pending: PendingRecord) {
    let naming = naming(pending.syntax.annotations)
    var columns = FirstPlaces()
    let isPlain =
      pending.syntax.annotations.isEmpty
      && pending.syntax.fields.indices.allSatisfy { pending.syntax.fields[$0].isPlain }
    if isPlain { return }
    var index = 0
    for position in pending.syntax.fields.indices {
      // A repeated field was reported and left out.
      guard index < pending.record.fields.count,
        pending.record.fields[index].span == pending.syntax.fields[position].name.span
      else { continue }
      defer { index += 1 }
      let syntax = pending.syntax.fields[position]
      let field = pending.record.fields[index]
      var details = FieldDetails(type: field.type)
      for (position, annotation) in syntax.annotations.enumerated() {
        if syntax.annotations[..<position].contains(where: { $0.name.text == annotation.name.text }) {
          diagnostics.append(.repeatedAnnotation(annotation))
          continue
        }
        annotate(&details, annotation)
      }
      let column = details.column ?? naming.column(of: field.name)
      if let first = columns.first(column, at: syntax.name.span) {
        diagnostics.append(.repeatedColumn(column, syntax.name, first: first))
      }
      let defaultValue = syntax.defaultValue.map { constant($0, of: field.type, "a default") }
      judge(details, defaultValue, syntax)
      pending.record.fields[index] = Field(
        name: field.name, type: field.type, column: column, defaultValue: defaultValue,
        constraints: details.constraints, format: details.format, isKey: details.isKey,
        requestPart: details.requestPart, span: field.span)
    }
  }

  /// A constant of a type; poison after a diagnostic.
  func constant(_ syntax: Expression, of type: Type, _ what: String) -> TypedExpression {
    if let part = syntax.firstVariable {
      diagnostics.append(.notConstant(what, at: part.span))
      return TypedExpression(.error, .error, syntax.span)
    }
    return checker.check(syntax, in: .empty, expecting: type, cover: .none)
  }
}

extension FieldDeclaration {
  /// Whether it has a name and a type alone.
  fileprivate var isPlain: Bool { annotations.isEmpty && defaultValue == nil }
}

extension Type {
  /// The record that a value of this type holds, in however many lists.
  fileprivate var containedRecord: RecordType? {
    switch self {
    case .record(let record): record
    case .optional(let inner), .list(let inner), .map(let inner): inner.containedRecord
    case .row(let row): row.types.lazy.compactMap(\.containedRecord).first
    default: nil
    }
  }
}

extension Expression {
  /// The first part that keeps the expression from being a constant by its form.
  var firstVariable: Expression? {
    switch kind {
    case .integer, .number, .boolean, .none, .duration, .enumCase, .error: nil
    case .string(let parts):
      parts.contains { if case .interpolation = $0 { true } else { false } } ? self : nil
    case .unary(.minus, let value): value.firstVariable
    case .list(let elements): elements.lazy.compactMap(\.firstVariable).first
    case .map(let entries):
      entries.lazy.compactMap { $0.key.firstVariable ?? $0.value.firstVariable }.first
    case .construct(_, let fields):
      fields.lazy.compactMap { field in
        switch field {
        case .named(_, let value): value.firstVariable
        case .short(_, let value), .spread(let value): value
        }
      }.first
    case .call(let callee, _, let arguments):
      callee.isConstantMaker ? arguments.lazy.compactMap(\.value.firstVariable).first : self
    default: self
    }
  }

  /// `date`, `timestamp`, `uuid`, or the name of a type, which wraps.
  private var isConstantMaker: Bool {
    switch kind {
    case .name(let name):
      name.text == "date" || name.text == "timestamp" || name.text == "uuid" || name.text.startsUpperCase
    case .member(let base, let name, isOptional: false):
      if case .name = base.kind { name.text.startsUpperCase } else { false }
    default: false
    }
  }
}

extension String {
  /// Whether it is the name of a type.
  var startsUpperCase: Bool { utf8.first.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") } ?? false }
}
