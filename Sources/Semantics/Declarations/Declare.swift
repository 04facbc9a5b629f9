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
    program.modules.append(Module(index: index, input))
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
    program.functions.append(moving: &declarer.functions)
    program.flowFunctions.append(moving: &declarer.flowFunctions)
    program.pipelines.append(moving: &declarer.pipelines)
    program.tests.append(moving: &declarer.tests)
  }
  return program
}

extension Array {
  /// Appends elements that are not needed elsewhere: the first ones are taken over as a whole.
  fileprivate mutating func append(moving others: inout [Element]) {
    if isEmpty { swap(&self, &others) } else { append(contentsOf: others) }
  }
}

/// The files in an order in which imported ones come first, and the imports that go round in a circle.
private struct ImportOrder {
  var modules: [Int] = []
  /// For each file the paths of the imports that close a circle.
  var cyclic: [Set<Span>]
  var diagnostics: [Diagnostic] = []

  private enum State {
    case new
    case open
    case done
  }

  init(_ inputs: [ModuleInput]) {
    cyclic = Array(repeating: [], count: inputs.count)
    let imports = inputs.map { input in
      var found: [(path: Identifier, target: Int)] = []
      for path in input.imports.isEmpty ? [] : input.program.importPaths {
        if case .module(let target)? = input.imports[path.text] { found.append((path, target)) }
      }
      return found
    }
    var states = [State](repeating: .new, count: inputs.count)
    for start in inputs.indices where states[start] == .new {
      // The path from the start to the file that is being looked at, and the next import of each.
      var path = [(module: start, next: 0)]
      states[start] = .open
      while let (module, next) = path.last {
        guard next < imports[module].count else {
          states[module] = .done
          modules.append(module)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let (written, target) = imports[module][next]
        switch states[target] {
        case .done: break
        case .new:
          states[target] = .open
          path.append((target, 0))
        case .open:
          cyclic[module].insert(written.span)
          let first = path.firstIndex { $0.module == target } ?? 0
          let circle = path[first...].map { inputs[$0.module].path } + [inputs[target].path]
          diagnostics.append(.importCycle(circle, at: written))
        }
      }
    }
  }
}

/// The names that no declaration may take.
private let languageNames = Set(BuiltinTypeName.all.keys)
  .union(FreeFunction.allCases.map(\.rawValue)).union(["json"])

/// The declaration pass over one file.
final class Declarer {
  let input: ModuleInput
  let module: Module
  private let others: [Module]
  private let cyclic: Set<Span>
  private let firstOrdinal: Int
  var diagnostics: [Diagnostic] = []
  var functions: [PendingBody<TypedFunction>] = []
  var flowFunctions: [PendingBody<FlowFunction>] = []
  var pipelines: [PendingPipeline] = []
  var tests: [PendingTest] = []
  /// The titles of the tests so far.
  private var titles = FirstPlaces()
  /// The functions of the file, each with its position among all declarations.
  var functionSyntax: [(syntax: FunctionDeclaration, ordinal: Int)] = []
  /// The tasks of the file, likewise.
  private var taskSyntax: [(syntax: TaskDeclaration, ordinal: Int)] = []
  /// Those whose clauses are still to be read.
  var tasks: [(task: TypedTask, ordinal: Int)] = []

  init(
    _ input: ModuleInput, _ module: Module, others: [Module], cyclic: Set<Span>, firstOrdinal: Int
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
    for index in functionSyntax.indices {
      declareFunction(
        functionSyntax[index].syntax, ordinal: functionSyntax[index].ordinal,
        isRecursive: recursive.contains(index))
    }
    for (syntax, ordinal) in taskSyntax { declareTask(syntax, ordinal: ordinal) }
    for (task, ordinal) in tasks {
      let checker = ExpressionChecker(module: module, ordinal: ordinal)
      TaskClauses(task, checker).check()
      diagnostics += checker.diagnostics
    }
    diagnostics += checker.diagnostics
  }

  /// Checks the constants of this file's declarations.
  lazy var checker = ExpressionChecker(module: module, ordinal: 0)

  /// Gives each name its symbol; a name that is taken is reported at the second and keeps its first meaning.
  /// Functions are known by name only, until their signatures are resolved.
  private func claimNames() -> [PendingRecord] {
    var records: [PendingRecord] = []
    module.symbols.reserveCapacity(input.program.declarations.count)
    for (index, declaration) in input.program.declarations.enumerated() {
      switch declaration.kind {
      case .importing(let syntax): importNames(syntax, isCyclic: cyclic.contains(syntax.path.span))
      case .record(let syntax):
        let record = RecordType(name: syntax.name.text, span: syntax.name.span)
        if syntax.fields.isEmpty { diagnostics.append(.emptyDeclaration(syntax.name, "record", "field")) }
        claim(syntax.name, .record(record))
        records.append(PendingRecord(record: record, syntax: syntax))
      case .enumeration(let syntax): claim(syntax.name, .enumeration(enumeration(syntax)))
      case .distinctType(let syntax): claim(syntax.name, distinctType(syntax))
      case .function(let syntax):
        claim(syntax.name, .broken)
        functionSyntax.append((syntax, firstOrdinal + index))
      case .pipeline(let syntax):
        claim(syntax.name, .pipeline(index))
        pipelines.append(
          PendingPipeline(
            syntax: syntax, documentation: declaration.documentation, module: module.index,
            ordinal: firstOrdinal + index))
      case .task(let syntax):
        claim(syntax.name, .broken)
        taskSyntax.append((syntax, firstOrdinal + index))
      case .label(let name):
        if checkLabelName(name) { claim(name, .label(name.span)) }
      case .test(let syntax):
        if let first = titles.first(syntax.title.text, at: syntax.title.span) {
          diagnostics.append(.duplicateTest(syntax.title, first: first))
        }
        tests.append(PendingTest(syntax: syntax, module: module.index, ordinal: firstOrdinal + index))
      }
    }
    return records
  }

  private func claim(_ name: Identifier, _ symbol: Symbol) {
    if languageNames.contains(name.text) {
      diagnostics.append(.languageName(name))
    } else {
      bind(name, symbol, isDeclared: true)
    }
  }

  private func bind(_ name: Identifier, _ symbol: Symbol, isDeclared: Bool = false) {
    if let first = module.symbols.claim(name.text, symbol, at: name.span, isDeclared: isDeclared) {
      diagnostics.append(.duplicate(name, first: first, what: "name"))
    }
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
    case .namespace(let name): bind(name, target.map { .namespace($0) } ?? .broken)
    case .selected(let names):
      for name in names {
        guard let target else {
          bind(name, .broken)
          continue
        }
        guard let symbol = target.symbols.declared(name.text) else {
          diagnostics.append(
            .notDeclaredIn(name, path: syntax.path.text, candidates: target.symbols.declaredNames))
          bind(name, .broken)
          continue
        }
        if case .pipeline = symbol {
          diagnostics.append(.notImportable(name, path: syntax.path.text))
          bind(name, .broken)
          continue
        }
        bind(name, symbol)
      }
    }
  }

  private func enumeration(_ syntax: EnumDeclaration) -> EnumType {
    var seen = FirstPlaces()
    var cases: [String] = []
    for name in syntax.cases {
      if let first = seen.first(name.text, at: name.span) {
        diagnostics.append(.duplicate(name, first: first, what: "case"))
        continue
      }
      cases.append(name.text)
    }
    for annotation in syntax.caseAnnotations.compactMap(\.first) {
      diagnostics.append(
        .badAnnotation(
          "a case of an enum has no annotations", at: annotation.span, label: "not here",
          help: "in data a case stands under its own name"))
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

  func resolveParameter(_ syntax: TypeSyntax) -> SignatureType {
    var resolver = TypeResolver(module: module)
    defer { diagnostics += resolver.diagnostics }
    return resolver.resolveParameter(syntax)
  }

  func resolveSignature(_ syntax: TypeSyntax) -> SignatureType {
    var resolver = TypeResolver(module: module)
    defer { diagnostics += resolver.diagnostics }
    return resolver.resolveSignature(syntax)
  }
}
