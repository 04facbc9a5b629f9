import Diagnosing
import Syntax

// Job values are known when a job is done: a step that gives one has a `value`, a local that the expressions
// of later steps use. `if` and `for` put steps into regions.

/// Steps that run under a condition or once for each element; nested in another region or in none.
public struct FlowRegion: Sendable {
  /// Why the steps may run never or many times.
  public enum Kind: Sendable {
    /// `if`: when the Boolean is `holds`.
    case when(TypedExpression, holds: Bool)
    /// `if let`: when the value is present, under the local; or when it is absent.
    case present(Local, TypedExpression, holds: Bool)
    /// `for a in xs, b in ys`: the product, in order; the lists are of key type. With `try` before it one
    /// pass may fail without the others.
    case each([(variable: Local, elements: TypedExpression)], collectsFailures: Bool)
  }
  /// Why the steps may run never or many times.
  public let kind: Kind
  /// Index of the region around it.
  public let parent: Int?
  /// The word `if`, `else` or `for`.
  public let span: Span

  /// Makes a region.
  public init(kind: Kind, parent: Int?, span: Span) {
    self.kind = kind
    self.parent = parent
    self.span = span
  }
}

extension FlowRegion {
  /// What the steps inside see besides what is seen outside.
  public var locals: [Local] {
    switch kind {
    case .when: []
    case .present(let local, _, _): [local]
    case .each(let variables, _): variables.map(\.variable)
    }
  }
}

/// A call of a job task: its flows are the step's inputs.
public struct TaskOperation: Sendable {
  /// What an argument is.
  public enum Argument: Sendable {
    /// Index into the step's inputs.
    case flow(Int)
    /// Over parameters and job values.
    case value(TypedExpression)
  }
  /// The task.
  public let task: TypedTask
  /// In the order of its parameters.
  public let arguments: [Argument]
  /// Whether a failure does not fail the run: the value fails where it is used, which is covered there.
  public let isCovered: Bool
  /// What stands for it in a test: given the values, and the rows of tables as lists.
  public let stub: TypedLambda?

  /// Makes a call.
  public init(task: TypedTask, arguments: [Argument], isCovered: Bool = false, stub: TypedLambda? = nil) {
    self.isCovered = isCovered
    self.stub = stub
    self.task = task
    self.arguments = arguments
  }
}

/// The value of a `for`.
public struct CollectOperation: Sendable {
  /// The region of the passes.
  public let region: Int
  /// What a pass gives.
  public let element: TypedExpression
  /// With `try`: holds the passes that failed, a list of `Failed` rows.
  public let failures: Local?

  /// Makes a collection.
  public init(region: Int, element: TypedExpression, failures: Local?) {
    self.region = region
    self.element = element
    self.failures = failures
  }
}

/// `reply flow status 201 allow [pii]`.
public struct ReplyOperation: Sendable {
  /// The HTTP status, 100 to 599.
  public let status: Int
  /// The labels that may go out.
  public let allow: [Identifier]
  /// Whether the rows come sorted and must stay so.
  public let isOrdered: Bool

  /// Makes a reply.
  public init(status: Int, allow: [Identifier], isOrdered: Bool) {
    self.status = status
    self.allow = allow
    self.isOrdered = isOrdered
  }
}
