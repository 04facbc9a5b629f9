import Diagnosing
import Syntax

/// A checked `task`. One object per declaration: identity is equality.
public final class TypedTask: @unchecked Sendable {
  /// A parameter.
  public struct Parameter: Sendable {
    /// The value's name, id and type; of a table the type of one element.
    public let local: Local
    /// What it may be bound to, where it is a flow: always a table.
    public let bound: Boundedness?
    /// The constant that stands for an argument left out; a parameter with one is labelled.
    public let defaultValue: TypedExpression?
    /// As written: its labels are read from here.
    public let syntax: ParameterDeclaration

    /// Makes a parameter.
    public init(
      local: Local, bound: Boundedness?, defaultValue: TypedExpression?, syntax: ParameterDeclaration
    ) {
      self.local = local
      self.bound = bound
      self.defaultValue = defaultValue
      self.syntax = syntax
    }
  }

  /// What does the work.
  public enum Work: Sendable {
    /// A shell command: pieces of text, and what is put in between as one argument each.
    case command([CommandPart])
    /// `python "file.py:function"`.
    case python(file: String, function: String)
    /// A record goes out as JSON, the result comes back.
    case http(url: String)
  }

  /// A piece of a command.
  public enum CommandPart: Hashable, Sendable {
    case text(String)
    /// Index into `parameters`.
    case parameter(Int)
    /// `{out}`: where the result's JSON goes.
    case output
    /// `{out.field}`: where this `File` or `Directory` of the result goes.
    case outputField(String)
  }

  /// What happens when the work is done twice: this decides what is legal.
  public enum Effect: Sendable {
    /// Nothing: the same arguments give the same result.
    case pure
    /// Nothing, where the key is the same; the lambda has the task's first parameter.
    case idempotent(by: TypedLambda?)
    /// It may count: the default.
    case external
  }

  /// How a table is handed over.
  public enum TableFormat: String, Hashable, Sendable, CaseIterable {
    case csv, jsonl, parquet
  }

  /// What the other clauses say; constants all.
  public struct Options: Sendable {
    /// The image that the work runs in.
    public var container: String?
    /// Rows a call, and for how many microseconds a call waits for them.
    public var batch: (size: Int, within: Int64?)?
    /// How many copies may run.
    public var replicas: ClosedRange<Int>?
    /// Cores; any positive number.
    public var cpu: Double?
    /// Bytes.
    public var memory: Int64?
    /// Whole graphics processors.
    public var gpu: Int?
    /// In order; a value is a `String` or a `Secret<String>`.
    public var environment: [(name: String, value: TypedExpression)] = []
    /// Microseconds.
    public var timeout: Int64?
    /// Tries after the first, and the waits between them in microseconds.
    public var retry: (count: Int, backoff: ClosedRange<Int64>?)?
    /// For how many microseconds answers are kept.
    public var cache: Int64?
    /// The labels that may go in.
    public var allow: [Identifier] = []
    /// How tables are handed over; JSON Lines unless it says.
    public var format: TableFormat = .jsonl

    /// No clauses.
    public init() {}
  }

  /// The declared name.
  public let name: String
  /// In order.
  public let parameters: [Parameter]
  /// The declared result.
  public let result: Type
  /// The declaration: its labels are read from here.
  public let syntax: TaskDeclaration
  /// Where the name is declared.
  public let span: Span
  /// Written once, after all signatures are known and before anything is lowered; hence `@unchecked`. Nil
  /// where the clauses have errors.
  public internal(set) var work: Work?
  /// As `work`.
  public internal(set) var effect: Effect = .external
  /// As `work`.
  public internal(set) var options = Options()

  /// Whether some parameter is a table, file or directory: a job of its own, not called for each row.
  public let isJob: Bool

  /// Makes a task whose clauses follow.
  public init(
    name: String, parameters: [Parameter], result: Type, isJob: Bool, syntax: TaskDeclaration, span: Span
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.isJob = isJob
    self.syntax = syntax
    self.span = span
  }
}
