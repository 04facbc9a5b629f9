import Diagnosing
import Syntax

/// What a name at the top level of a file stands for.
public enum Symbol: Sendable {
  case record(RecordType)
  case enumeration(EnumType)
  case distinct(DistinctType)
  /// A `fn` over values.
  case function(TypedFunction)
  /// A `fn` with a flow among its parameters or as its result.
  case flowFunction(FlowFunction)
  case task(TypedTask)
  /// `label health`: the place of its name.
  case label(Span)
  /// Index into `Module.program.declarations`.
  case pipeline(Int)
  /// `import "..." as name`.
  case namespace(Module)
  /// Something that was reported (a broken import): uses give no diagnostic of their own.
  case broken

  /// The symbol's kind in messages.
  var kindName: String {
    switch self {
    case .record: "a record"
    case .enumeration: "an enum"
    case .distinct: "a type"
    case .function: "a function"
    case .flowFunction: "a flow function"
    case .task: "a task"
    case .label: "a label"
    case .pipeline: "a pipeline"
    case .namespace: "an imported file"
    case .broken: "a name"
    }
  }
}

/// The names at the top level of a file.
public struct SymbolTable: Sendable {
  private struct Entry: Sendable {
    var symbol: Symbol
    /// Where the name is declared or imported in the file.
    let place: Span
    /// Whether it is declared here, so that other files may import it.
    let isDeclared: Bool
  }

  private var entries: [String: Entry] = [:]

  /// Makes an empty table.
  public init() {}

  /// What a name stands for in the file.
  public subscript(name: String) -> Symbol? { entries[name]?.symbol }

  /// What a name stands for in other files that import this one.
  public func declared(_ name: String) -> Symbol? {
    guard let entry = entries[name], entry.isDeclared else { return nil }
    return entry.symbol
  }

  /// Where a name is declared or imported in the file.
  public func place(of name: String) -> Span? { entries[name]?.place }

  /// Every name.
  public var names: [String] { Array(entries.keys) }

  /// The names that other files may import.
  public var declaredNames: [String] { entries.compactMap { $0.value.isDeclared ? $0.key : nil } }

  /// The names of the symbols that fulfil a condition.
  func names(where condition: (Symbol) -> Bool) -> [String] {
    entries.compactMap { condition($0.value.symbol) ? $0.key : nil }
  }

  mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

  /// Adds a name; one that is there already keeps its meaning, and the place of that is given.
  mutating func claim(_ name: String, _ symbol: Symbol, at place: Span, isDeclared: Bool) -> Span? {
    if let first = entries[name] { return first.place }
    entries[name] = Entry(symbol: symbol, place: place, isDeclared: isDeclared)
    return nil
  }

  /// Says more about a name, if the declaration at `place` is the one that has it.
  mutating func complete(_ name: String, _ symbol: Symbol, at place: Span) {
    guard let index = entries.index(forKey: name), entries.values[index].place == place else { return }
    entries.values[index].symbol = symbol
  }
}

/// One file and the names that it declares and imports. Written by the declaration pass alone, read-only
/// (also from several threads) afterwards; hence `@unchecked`.
public final class Module: @unchecked Sendable {
  /// Position in `DeclaredProgram.modules`.
  public let index: Int
  /// The path that identifies the file.
  public let path: String
  /// The file's syntax.
  public let program: Program
  /// Where the imports lead: positions in `DeclaredProgram.modules`, by the path as written.
  public let imports: [String: Int]
  /// Everything that can be named: declared here or imported.
  public internal(set) var symbols = SymbolTable()

  init(index: Int, _ input: ModuleInput) {
    self.index = index
    path = input.path
    program = input.program
    imports = input.imports.compactMapValues { if case .module(let index) = $0 { index } else { nil } }
  }
}

/// What a type in a `from`, a parameter or a result says about a flow.
public struct FlowSignature: Hashable, Sendable {
  /// The flow's kind as written.
  public let bound: Boundedness
  /// The type of an element.
  public let element: Type

  /// Makes a signature.
  public init(_ bound: Boundedness, _ element: Type) {
    self.bound = bound
    self.element = element
  }
}

/// A type in a place where a flow or a value may be meant.
public enum SignatureType: Hashable, Sendable {
  case value(Type)
  case flow(FlowSignature)
}

/// A declaration whose body the checker of values or of flows has still to check.
public struct PendingBody<Target: Sendable>: Sendable {
  /// What the body is written to.
  public let target: Target
  /// The declaration.
  public let syntax: FunctionDeclaration
  /// The module whose names the body sees: an index into `DeclaredProgram.modules`.
  public let module: Int
  /// Position among all declarations of the program: for `ExpressionChecker(module:ordinal:)`.
  public let ordinal: Int
  /// Part of a recursion, which was reported: must not be inlined.
  public let isRecursive: Bool
}

/// A pipeline, whose checking is the flow checker's.
public struct PendingPipeline: Sendable {
  /// The declaration.
  public let syntax: PipelineDeclaration
  /// Its `///` lines.
  public let documentation: String?
  /// The module whose names the pipeline sees: an index into `DeclaredProgram.modules`.
  public let module: Int
  /// Position among all declarations of the program: for `ExpressionChecker(module:ordinal:)`.
  public let ordinal: Int
}

/// A test, which is checked once its pipeline is.
public struct PendingTest: Sendable {
  /// The declaration.
  public let syntax: TestDeclaration
  /// The module whose names the test sees: an index into `DeclaredProgram.modules`.
  public let module: Int
  /// Position among all declarations of the program: for `ExpressionChecker(module:ordinal:)`.
  public let ordinal: Int
}

/// Files whose declarations are known: every name, type and signature, but no body.
public struct DeclaredProgram: Sendable {
  /// One for each file, in the order given.
  public internal(set) var modules: [Module] = []
  /// What was found in declarations and signatures.
  public internal(set) var diagnostics: [Diagnostic] = []
  /// The functions over values.
  public internal(set) var functions: [PendingBody<TypedFunction>] = []
  /// The functions over flows.
  public internal(set) var flowFunctions: [PendingBody<FlowFunction>] = []
  /// The pipelines.
  public internal(set) var pipelines: [PendingPipeline] = []
  /// The tests.
  public internal(set) var tests: [PendingTest] = []
}
