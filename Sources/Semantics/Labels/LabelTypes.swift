import Diagnosing
import Syntax

/// The labels that declarations give to types.
struct LabelTypes: Sendable {
  private var records: [ObjectIdentifier: LabelShape] = [:]
  private var distincts: [ObjectIdentifier: LabelSet] = [:]

  /// Reads the declarations of a program.
  init(_ modules: [Module]) {
    var pending: [ObjectIdentifier: (record: RecordType, syntax: RecordDeclaration, module: Module)] = [:]
    var order: [RecordType] = []
    for module in modules {
      for declaration in module.program.declarations {
        switch declaration.kind {
        case .distinctType(let syntax):
          guard case .distinct(let type)? = module.symbols[syntax.name.text] else { continue }
          let labels = module.labels(syntax.raw.labels)
          if !labels.isEmpty { distincts[ObjectIdentifier(type)] = labels }
        case .record(let syntax):
          guard case .record(let record)? = module.symbols[syntax.name.text], record.span == syntax.name.span
          else { continue }
          pending[ObjectIdentifier(record)] = (record, syntax, module)
          order.append(record)
        default: break
        }
      }
    }
    // A record's shape needs those of the records in it. No recursion: chains of records may be long.
    var isDone = Set<ObjectIdentifier>(minimumCapacity: order.count)
    for start in order {
      var path = [start]
      while let record = path.last {
        let id = ObjectIdentifier(record)
        if isDone.contains(id) {
          path.removeLast()
          continue
        }
        let inner = record.fields.lazy.compactMap(\.type.heldRecord)
          .first { !isDone.contains(ObjectIdentifier($0)) && pending[ObjectIdentifier($0)] != nil }
        if let inner {
          path.append(inner)
          continue
        }
        if let found = pending[id] {
          let shape = shape(of: found.record, found.syntax, in: found.module)
          if !shape.isEmpty { records[id] = shape }
        }
        isDone.insert(id)
      }
    }
  }

  private func shape(of record: RecordType, _ syntax: RecordDeclaration, in module: Module) -> LabelShape {
    var fields: [LabelShape] = []
    for field in syntax.fields {
      // A repeated field was reported and left out.
      guard fields.count < record.fields.count, record.fields[fields.count].span == field.name.span else {
        continue
      }
      let labels = field.annotations.filter { module.holdsLabel($0.name.text) }.map(\.name.entry)
      fields.append(shape(of: field.type, in: module).adding(LabelSet(labels)))
    }
    return LabelShape(fields: fields)
  }

  /// The labels of a type without labels of its own.
  func shape(of type: Type) -> LabelShape {
    switch type {
    case .record(let record): records.isEmpty ? .none : records[ObjectIdentifier(record)] ?? .none
    case .distinct(let distinct):
      distincts.isEmpty ? .none : LabelShape(distincts[ObjectIdentifier(distinct)] ?? .none)
    case .optional(let inner), .secret(let inner): shape(of: inner)
    case .list(let element), .map(let element): LabelShape(element: shape(of: element))
    case .row(let row): LabelShape(fields: row.types.map { shape(of: $0) })
    default: .none
    }
  }

  /// The labels of a type as written; of a flow those of its elements.
  func shape(of syntax: TypeSyntax, in module: Module) -> LabelShape {
    let shape: LabelShape
    switch syntax.kind {
    case .error, .size: shape = .none
    case .optional(let inner): shape = self.shape(of: inner, in: module)
    case .named(let qualifier, let name, let arguments):
      if qualifier == nil, let builtin = BuiltinTypeName.all[name.text] {
        let inner = arguments.last.map { self.shape(of: $0, in: module) } ?? .none
        shape =
          switch builtin {
          case .plain, .vector: .none
          case .flow, .secret: inner
          case .list, .map: LabelShape(element: inner)
          case .failed: .failed(of: inner, attempted: .none)
          }
      } else {
        let home: Module? =
          if let qualifier {
            if case .namespace(let other)? = module.symbols[qualifier.text] { other } else { nil }
          } else {
            module
          }
        switch home?.symbols[name.text] {
        case .record(let record): shape = self.shape(of: .record(record))
        case .distinct(let distinct): shape = self.shape(of: .distinct(distinct))
        default: shape = .none
        }
      }
    }
    return shape.adding(module.labels(syntax.labels))
  }
}

extension LabelShape {
  /// A `Failed` row: the input as it is; the text may tell everything about it and about what was attempted.
  static func failed(of input: LabelShape, attempted: LabelSet) -> LabelShape {
    LabelShape(fields: [input, LabelShape(input.whole.union(attempted)), .none])
  }
}

extension Module {
  /// The labels of a type, as written.
  fileprivate func labels(_ names: [Identifier]) -> LabelSet {
    LabelSet(names.map { holdsLabel($0.text) ? $0.entry : LabelEntry(term: .unknown) })
  }
}

extension Identifier {
  /// The label of this name, from here on.
  fileprivate var entry: LabelEntry {
    LabelEntry(term: .label(text), trail: LabelTrail(span, "labelled `@\(text)` here"))
  }
}

extension Type {
  /// The record that a value holds, in however many lists.
  fileprivate var heldRecord: RecordType? {
    switch self {
    case .record(let record): record
    case .optional(let inner), .list(let inner), .map(let inner): inner.heldRecord
    default: nil
    }
  }
}
