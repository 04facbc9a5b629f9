import Diagnosing
import Syntax

/// A parsed file as the checker takes it: where its imports lead has been found out.
public struct ModuleInput: Sendable {
  /// Where an import leads.
  public enum Target: Sendable {
    /// An index into the inputs.
    case module(Int)
    /// The file can't be had, and why: "there is no such file".
    case unreadable(String)
  }

  /// The path that identifies the file, for messages.
  public let path: String
  /// The file's syntax.
  public let program: Program
  /// By the path as written in the import.
  public let imports: [String: Target]

  /// Makes an input.
  public init(path: String, program: Program, imports: [String: Target] = [:]) {
    self.path = path
    self.program = program
    self.imports = imports
  }
}

extension Program {
  /// The paths that the file imports, as written, in order.
  public var importPaths: [Identifier] {
    declarations.compactMap { declaration in
      if case .importing(let declaration) = declaration.kind { declaration.path } else { nil }
    }
  }
}

/// Finds out what the files declare: names, types, signatures, but no bodies. Files that are imported come
/// before those that import them, so each finds what it needs complete.
public func declare(_ inputs: [ModuleInput]) -> DeclaredProgram {
  var program = DeclaredProgram()
  var ordinal = 1
  var firstOrdinals: [Int] = []
  for (index, input) in inputs.enumerated() {
    program.modules.append(Module(index: index, path: input.path, program: input.program))
    firstOrdinals.append(ordinal)
    ordinal += input.program.declarations.count
  }
  let order = ImportOrder(inputs)
  program.diagnostics += order.diagnostics
  for index in order.modules {
    let declarer = Declarer(
      inputs[index], program.modules[index], others: program.modules, cyclic: order.cyclic[index],
      firstOrdinal: firstOrdinals[index])
    declarer.run()
    program.diagnostics += declarer.diagnostics
    program.functions += declarer.functions
    program.flowFunctions += declarer.flowFunctions
    program.pipelines += declarer.pipelines
  }
  return program
}

/// The files in an order in which imported ones come first, and the imports that go round in a circle.
private struct ImportOrder {
  var modules: [Int] = []
  /// For each file the declarations that are imports in a circle.
  var cyclic: [Set<Int>]
  var diagnostics: [Diagnostic] = []

  private enum State {
    case new
    case open
    case done
  }

  init(_ inputs: [ModuleInput]) {
    cyclic = Array(repeating: [], count: inputs.count)
    var states = [State](repeating: .new, count: inputs.count)
    for start in inputs.indices where states[start] == .new {
      // The path from the start to the file that is being looked at, and the next declaration of each.
      var path = [(module: start, next: 0)]
      states[start] = .open
      while let (module, next) = path.last {
        let declarations = inputs[module].program.declarations
        guard next < declarations.count else {
          states[module] = .done
          modules.append(module)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        guard case .importing(let syntax) = declarations[next].kind,
          case .module(let target)? = inputs[module].imports[syntax.path.text]
        else { continue }
        switch states[target] {
        case .done: break
        case .new:
          states[target] = .open
          path.append((target, 0))
        case .open:
          cyclic[module].insert(next)
          let first = path.firstIndex { $0.module == target } ?? 0
          let circle = path[first...].map { inputs[$0.module].path } + [inputs[target].path]
          diagnostics.append(.importCycle(circle, at: syntax.path))
        }
      }
    }
  }
}

/// The declaration pass over one file.
final class Declarer {
  let input: ModuleInput
  let module: Module
  private let others: [Module]
  private let cyclic: Set<Int>
  private let firstOrdinal: Int
  var diagnostics: [Diagnostic] = []
  var functions: [PendingBody<TypedFunction>] = []
  var flowFunctions: [PendingBody<FlowFunction>] = []
  var pipelines: [PendingPipeline] = []
  var labels: Set<String> = []

  init(
    _ input: ModuleInput, _ module: Module, others: [Module], cyclic: Set<Int>, firstOrdinal: Int
  ) {
    self.input = input
    self.module = module
    self.others = others
    self.cyclic = cyclic
    self.firstOrdinal = firstOrdinal
  }

  func run() {
    let records = claimNames()
    resolveFields(of: records)
    completeRecords(records)
    let recursive = recursiveFunctions()
    for (index, declaration) in input.program.declarations.enumerated() {
      if case .function(let syntax) = declaration.kind {
        declareFunction(syntax, ordinal: firstOrdinal + index, isRecursive: recursive.contains(index))
      }
    }
    diagnostics += checker.diagnostics
  }

  /// Checks the constants of this file's declarations.
  lazy var checker = ExpressionChecker(module: module, ordinal: 0)

  /// Gives each name its symbol; a name that is taken is reported at the second and keeps its first meaning.
  /// Functions are known by name only, until their signatures are resolved.
  private func claimNames() -> [PendingRecord] {
    var records: [PendingRecord] = []
    for (index, declaration) in input.program.declarations.enumerated() {
      switch declaration.kind {
      case .importing(let syntax): importNames(syntax, isCyclic: cyclic.contains(index))
      case .record(let syntax):
        let record = RecordType(name: syntax.name.text, span: syntax.name.span)
        if syntax.fields.isEmpty { diagnostics.append(.emptyDeclaration(syntax.name, "record", "field")) }
        claim(syntax.name, .record(record))
        records.append(PendingRecord(record: record, syntax: syntax))
      case .enumeration(let syntax): claim(syntax.name, .enumeration(enumeration(syntax)))
      case .distinctType(let syntax): claim(syntax.name, distinctType(syntax))
      case .function(let syntax): claim(syntax.name, .broken)
      case .pipeline(let syntax):
        claim(syntax.name, .pipeline(index))
        pipelines.append(
          PendingPipeline(
            syntax: syntax, documentation: declaration.documentation, module: module.index,
            ordinal: firstOrdinal + index))
      case .task(let syntax):
        claim(syntax.name, .broken)
        diagnostics.append(.notBuilt("tasks are", at: syntax.name.span))
      case .label(let name):
        labels.insert(name.text)
        diagnostics.append(.notBuilt("labels are", at: name.span))
      case .test(let syntax): diagnostics.append(.notBuilt("tests are", at: syntax.title.span))
      }
    }
    return records
  }

  private func claim(_ name: Identifier, _ symbol: Symbol) {
    if BuiltinTypeName.all[name.text] != nil || FreeFunction(rawValue: name.text) != nil
      || name.text == "json"
    {
      diagnostics.append(.languageName(name))
      return
    }
    if bind(name, symbol) { module.declared.insert(name.text) }
  }

  /// False where the name is taken, which is reported.
  private func bind(_ name: Identifier, _ symbol: Symbol) -> Bool {
    if let first = module.places[name.text] {
      diagnostics.append(.duplicate(name, first: first, what: "name"))
      return false
    }
    module.symbols[name.text] = symbol
    module.places[name.text] = name.span
    return true
  }

  private func importNames(_ syntax: ImportDeclaration, isCyclic: Bool) {
    var target: Module?
    switch input.imports[syntax.path.text] {
    case .module(let index) where !isCyclic: target = others[index]
    case .module: break
    case .unreadable(let reason): diagnostics.append(.importMissing(syntax.path, reason: reason))
    case nil: diagnostics.append(.importMissing(syntax.path, reason: "there is no such file"))
    }
    switch syntax.names {
    case .namespace(let name): _ = bind(name, target.map { .namespace($0) } ?? .broken)
    case .selected(let names):
      for name in names {
        guard let target else {
          _ = bind(name, .broken)
          continue
        }
        guard target.declared.contains(name.text), let symbol = target.symbols[name.text] else {
          diagnostics.append(
            .notDeclaredIn(name, path: syntax.path.text, candidates: Array(target.declared)))
          _ = bind(name, .broken)
          continue
        }
        if case .pipeline = symbol {
          diagnostics.append(.notImportable(name, path: syntax.path.text))
          _ = bind(name, .broken)
          continue
        }
        _ = bind(name, symbol)
      }
    }
  }

  private func enumeration(_ syntax: EnumDeclaration) -> EnumType {
    var seen: [String: Span] = [:]
    var cases: [String] = []
    for name in syntax.cases {
      if let first = seen[name.text] {
        diagnostics.append(.duplicate(name, first: first, what: "case"))
        continue
      }
      seen[name.text] = name.span
      cases.append(name.text)
    }
    if syntax.cases.isEmpty { diagnostics.append(.emptyDeclaration(syntax.name, "enum", "case")) }
    return EnumType(name: syntax.name.text, cases: cases, span: syntax.name.span)
  }

  private func distinctType(_ syntax: DistinctTypeDeclaration) -> Symbol {
    let type = resolve(syntax.raw)
    switch type {
    case .bool, .int, .float, .decimal, .string, .bytes, .date, .timestamp, .duration, .uuid, .json:
      return .distinct(DistinctType(name: syntax.name.text, raw: type, span: syntax.name.span))
    case .error: return .broken
    default:
      diagnostics.append(.distinctOf(type, at: syntax.raw.span))
      return .broken
    }
  }

  func resolve(_ syntax: TypeSyntax) -> Type {
    var resolver = TypeResolver(module: module)
    defer { diagnostics += resolver.diagnostics }
    return resolver.resolve(syntax)
  }

  func resolveSignature(_ syntax: TypeSyntax) -> SignatureType {
    var resolver = TypeResolver(module: module)
    defer { diagnostics += resolver.diagnostics }
    return resolver.resolveSignature(syntax)
  }
}
