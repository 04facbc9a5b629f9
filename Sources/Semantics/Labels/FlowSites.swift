import Diagnosing
import Syntax

/// Where the statements of a pipeline that let labels in and out stand, also those inside `if` and `for`.
struct FlowSites {
  /// An `into`.
  struct Sink {
    let type: TypeSyntax?
    let connector: Expression
    let flow: Expression
  }

  /// A `reply`.
  struct Reply {
    let flow: Expression
    let statement: Span
  }

  /// The declared types of sources, by name.
  private(set) var sources: [String: TypeSyntax] = [:]
  /// By name; of two with one name the first.
  private(set) var sinks: [String: Sink] = [:]
  private(set) var replies: [Reply] = []

  init(_ statements: [Statement]) { add(statements) }

  /// The flow of the reply whose step stands at `span`.
  func reply(at span: Span) -> Reply? {
    replies.first { $0.statement.start <= span.start && span.end <= $0.statement.end }
  }

  private mutating func add(_ statements: [Statement]) {
    for statement in statements {
      switch statement.kind {
      case .from(let name, let type, _): sources[name.text] = sources[name.text] ?? type
      case .into(let name, let type, let connector, let flow):
        sinks[name.text] = sinks[name.text] ?? Sink(type: type, connector: connector, flow: flow)
      case .reply(let flow, _, _): replies.append(Reply(flow: flow, statement: statement.span))
      case .conditional(_, let then, let otherwise):
        add(then)
        add(otherwise)
      case .bind(_, _, let value): add(in: value)
      case .expression(let value): add(in: value)
      case .check, .discard, .run, .given, .expect, .expectFlow: break
      }
    }
  }

  private mutating func add(in value: Expression) {
    switch value.kind {
    case .loop(_, let statements, _): add(statements)
    case .attempt(_, let inner): add(in: inner)
    default: break
    }
  }
}
