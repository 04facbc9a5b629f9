import Diagnosing
import Syntax

/// The types that the language declares itself, by name.
enum BuiltinTypeName: Sendable {
  case plain(Type)
  case list
  case map
  case vector
  case flow(Boundedness)
  case failed
  case secret

  /// By name.
  static let all: [String: BuiltinTypeName] = [
    "Bool": .plain(.bool), "Int": .plain(.int), "Float": .plain(.float), "Decimal": .plain(.decimal),
    "String": .plain(.string), "Bytes": .plain(.bytes), "Date": .plain(.date),
    "Timestamp": .plain(.timestamp), "Duration": .plain(.duration), "Uuid": .plain(.uuid),
    "Json": .plain(.json), "List": .list, "Map": .map, "Vector": .vector, "Table": .flow(.table),
    "Stream": .flow(.stream), "Request": .flow(.request), "Flow": .flow(.any), "Failed": .failed,
    "Fault": .plain(.record(.fault)), "FileRef": .plain(.record(.fileReference)), "File": .plain(.file),
    "Directory": .plain(.directory), "Secret": .secret,
  ]

  /// How many arguments stand in `<` `>`.
  var arity: Int {
    switch self {
    case .plain: 0
    case .list, .vector, .flow, .failed, .secret: 1
    case .map: 2
    }
  }
}

/// Turns written types into types, within one module. Both the declaration pass and the expression checker
/// resolve through it, each with diagnostics of its own.
struct TypeResolver {
  let module: Module
  var diagnostics: [Diagnostic] = []

  init(module: Module) { self.module = module }

  /// The type of a value.
  mutating func resolve(_ syntax: TypeSyntax) -> Type {
    switch resolveSignature(syntax) {
    case .value(let type): return type
    case .flow(let flow):
      diagnostics.append(.flowAsValueType(flow.bound, at: syntax.span))
      return .error
    }
  }

  /// The type of a function's parameter: a flow, a value, or a secret that is handed on.
  mutating func resolveParameter(_ syntax: TypeSyntax) -> SignatureType {
    guard case .named(nil, let name, let arguments) = syntax.kind, name.text == "Secret", arguments.count == 1
    else { return resolveSignature(syntax) }
    let inner = resolve(arguments[0])
    if inner != .string, inner != .error { diagnostics.append(.secretOf(inner, at: arguments[0].span)) }
    return .value(inner == .string ? .secret(.string) : .error)
  }

  /// A type in a place where a flow may be meant.
  mutating func resolveSignature(_ syntax: TypeSyntax) -> SignatureType {
    if !syntax.labels.isEmpty { diagnostics += module.problems(with: syntax.labels) }
    switch syntax.kind {
    case .error: return .value(.error)
    case .size:
      diagnostics.append(.numberAsType(at: syntax.span))
      return .value(.error)
    case .optional(let inner):
      return .value(resolve(inner).asOptional)
    case .named(let module?, let name, let arguments):
      return .value(resolveQualified(module, name, arguments, syntax.span))
    case .named(nil, let name, let arguments):
      if let builtin = BuiltinTypeName.all[name.text] {
        return resolveBuiltin(builtin, name, arguments, syntax.span)
      }
      guard let symbol = module.symbols[name.text] else {
        diagnostics.append(
          .unknownType(name, candidates: Array(BuiltinTypeName.all.keys) + module.typeNames))
        return .value(.error)
      }
      return .value(type(of: symbol, name, arguments, syntax.span))
    }
  }

  private mutating func resolveQualified(
    _ qualifier: Identifier, _ name: Identifier, _ arguments: [TypeSyntax], _ span: Span
  ) -> Type {
    switch module.symbols[qualifier.text] {
    case .namespace(let other):
      guard let symbol = other.symbols.declared(name.text) else {
        diagnostics.append(
          .notDeclaredIn(name, path: other.path, candidates: other.symbols.declaredNames))
        return .error
      }
      return type(of: symbol, name, arguments, span)
    case .broken: return .error
    case let symbol?:
      diagnostics.append(.notANamespace(qualifier, symbol))
      return .error
    case nil:
      diagnostics.append(.unknownName(qualifier, candidates: module.namespaceNames))
      return .error
    }
  }

  private mutating func type(
    of symbol: Symbol, _ name: Identifier, _ arguments: [TypeSyntax], _ span: Span
  ) -> Type {
    let type: Type
    switch symbol {
    case .record(let record): type = .record(record)
    case .enumeration(let enumeration): type = .enumeration(enumeration)
    case .distinct(let distinct): type = .distinct(distinct)
    case .broken: return .error
    case .function, .flowFunction, .task, .label, .pipeline, .namespace:
      diagnostics.append(.notAType(name, symbol))
      return .error
    }
    if !arguments.isEmpty {
      diagnostics.append(.wrongTypeArguments(name.text, wanted: 0, found: arguments.count, at: span))
    }
    return type
  }

  private mutating func resolveBuiltin(
    _ builtin: BuiltinTypeName, _ name: Identifier, _ arguments: [TypeSyntax], _ span: Span
  ) -> SignatureType {
    guard arguments.count == builtin.arity else {
      diagnostics.append(
        .wrongTypeArguments(name.text, wanted: builtin.arity, found: arguments.count, at: span))
      return .value(.error)
    }
    switch builtin {
    case .plain(let type): return .value(type)
    case .secret:
      diagnostics.append(.secretType(at: span))
      return .value(.error)
    case .list: return .value(.list(resolve(arguments[0])))
    case .flow(let bound): return .flow(FlowSignature(bound, resolve(arguments[0])))
    case .failed: return .value(.failed(of: resolve(arguments[0])))
    case .map:
      let key = resolve(arguments[0])
      if key != .string, key != .error { diagnostics.append(.mapKey(key, at: arguments[0].span)) }
      return .value(.map(resolve(arguments[1])))
    case .vector:
      if case .size(let size) = arguments[0].kind, size > 0 { return .value(.vector(size)) }
      if case .error = arguments[0].kind { return .value(.error) }
      diagnostics.append(.vectorSize(at: arguments[0].span))
      return .value(.error)
    }
  }
}

extension Type {
  /// What the second result of a join in time holds: a late row of one of its sides.
  public static func late(_ left: Type, _ right: Type) -> Type {
    .row(RowType(names: ["left", "right"], types: [left.asOptional, right.asOptional]))
  }

  /// `Failed<A>`: what the second result of `try_map` holds.
  public static func failed(of input: Type) -> Type {
    .row(RowType(names: ["input", "error", "operator"], types: [input, .string, .string]))
  }
}

extension Module {
  /// The types that are declared or imported here.
  var typeNames: [String] {
    symbols.names { symbol in
      switch symbol {
      case .record, .enumeration, .distinct: true
      default: false
      }
    }
  }

  /// The functions and tasks that are declared or imported here.
  var functionNames: [String] {
    symbols.names { symbol in
      switch symbol {
      case .function, .flowFunction, .task: true
      default: false
      }
    }
  }

  /// The imported files.
  var namespaceNames: [String] {
    symbols.names { symbol in if case .namespace = symbol { true } else { false } }
  }
}

extension ExpressionChecker {
  /// The type that is written; reports what it can't be and gives `.error` then.
  public func resolve(_ syntax: TypeSyntax) -> Type {
    var resolver = TypeResolver(module: module)
    defer { adopt(resolver.diagnostics) }
    return resolver.resolve(syntax)
  }

  /// The type that is written where a flow may be meant: `Table<T>`, `Stream<T>`, `Request<T>`, `Flow<T>`.
  public func resolveSignature(_ syntax: TypeSyntax) -> SignatureType {
    var resolver = TypeResolver(module: module)
    defer { adopt(resolver.diagnostics) }
    return resolver.resolveSignature(syntax)
  }

  private func adopt(_ found: [Diagnostic]) {
    if !found.isEmpty { diagnostics += found }
  }
}
