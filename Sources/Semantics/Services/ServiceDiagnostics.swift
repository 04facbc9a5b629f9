import Diagnosing
import Syntax

// The diagnostics of requests and replies.

extension Diagnostic {
  // MARK: Routes

  static func routeWanted(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedRoute, "the path of a request is a text in quotes", at: span, label: "not a path",
      help: "as in `http(post, \"/orders\")`, `http(get, \"/orders/{id}\")`")
  }

  static func routeStart(_ path: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedRoute, "the path of a request begins with `/`", at: span, label: "no `/` first",
      fixes: path.isEmpty
        ? [] : [Fix("write `/` first", edits: [Edit(Span(span.file, span.start + 1, span.start + 1), "/")])])
  }

  static func routeMark(_ mark: Character, at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedRoute, "the path of a request has no `\(mark)`", at: span, label: "not a path",
      help: mark == "?" ? "what stands behind `?` in a call goes to fields with `@query`" : nil)
  }

  static func routeSegment(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedRoute, "between two `/` stands a word or one `{name}`", at: span, label: "not a path",
      help: "as in `/orders/{id}/lines`")
  }

  static func routeExpression(at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedRoute, "in the braces of a path stands the name of a field", at: span, label: "not a name",
      help: "as in `/orders/{id}`: the path of each call gives the value")
  }

  static func routeNameTwice(_ name: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .malformedRoute, "`{\(name.text)}` stands twice in one path", at: name.span, label: "second time",
      labels: [Label(first, "first here")])
  }

  static func routeWithoutField(_ name: Identifier, _ type: Type) -> Diagnostic {
    let (help, fixes) = suggesting(
      Suggestion.nearest(to: name.text, among: (type.columns ?? []).map(\.name)), for: name.span)
    return Diagnostic(
      .routeWithoutField, "`\(type)` has no field `\(name.text)` for this part of the path", at: name.span,
      label: "goes nowhere", help: help ?? "add the field to `\(type)`: `\(name.text): String @path`",
      fixes: fixes)
  }

  static func fieldNotOfPath(_ name: Identifier, _ field: Field, _ type: Type) -> Diagnostic {
    Diagnostic(
      .routeWithoutField, "the field `\(name.text)` of `\(type)` is not taken from the path", at: name.span,
      label: "goes nowhere", labels: [Label(field.span, "has no `@path`")],
      help: "write `\(name.text): \(field.type) @path`")
  }

  static func fieldWithoutRoute(_ field: Field, _ route: Route, at span: Span) -> Diagnostic {
    Diagnostic(
      .fieldWithoutRoute, "the path `\(route.path)` has no part for the field `\(field.name)`", at: span,
      label: "no `{\(field.name)}` in its path", labels: [Label(field.span, "taken from the path")],
      help: "write the path with `{\(field.name)}`, or the field without `@path`")
  }

  static func fieldOfNoBody(_ field: Field, at span: Span) -> Diagnostic {
    Diagnostic(
      .fieldOfNoBody, "a `get` has no body that could give the field `\(field.name)`", at: span,
      label: "asks with a path, a query and headers", labels: [Label(field.span, "comes from nowhere")],
      help:
        "take it from the query: `\(field.name): \(field.type) @query`; or make it optional, or use `post`")
  }

  // MARK: Replies

  static func statusNumber(at span: Span) -> Diagnostic {
    Diagnostic(
      .replyStatus, "the status of a reply is a number such as `201`", at: span, label: "not a number")
  }

  static func statusRange(at span: Span) -> Diagnostic {
    Diagnostic(
      .replyStatus, "the status of a reply is from 200 to 599", at: span, label: "not a status of an answer")
  }

  static func statusWithoutBody(_ status: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      .replyStatus, "an answer of status \(status) has no body, and a reply has rows", at: span,
      label: "carries nothing", help: "write `status 200`, or leave it out")
  }

  static func sameStatus(_ status: Int, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .sameStatus, "two replies have the status \(status)", at: span, label: "second one",
      labels: [Label(first, "first one")], help: "unite the flows, or give one another `status`")
  }

  static func replyWithoutFields(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .replyType, "an answer holds records, and this is a flow of `\(type)`", at: span,
      label: "`\(type)` has no fields", help: "give the value a name: `.map(x -> row { value: x })`")
  }

  static func replyField(_ field: String, _ type: Type, at span: Span) -> Diagnostic {
    let remedy =
      if case .secret = type { "a secret never leaves" } else { "answer with a path or an address of it" }
    return Diagnostic(
      .replyType, "an answer can't hold the field `\(field)`: a `\(type)` is no data", at: span,
      label: "`\(field)` holds a `\(type)`", help: remedy)
  }

  // MARK: Services as a whole

  static func replyWithoutRequest(at span: Span) -> Diagnostic {
    Diagnostic(
      .replyWithoutRequest, "there is nothing to reply to: no source is a `Request`", at: span,
      label: "no call to answer",
      help: "write to a sink with `into`, or take calls: `from name: Request<Record> = http(post, \"/path\")`"
    )
  }

  static func severalRequests(at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .severalRequests, "a service has one `Request`", at: span, label: "second one",
      labels: [Label(first, "first one")],
      help: "write a pipeline for each: functions over `Flow` are shared")
  }

  static func streamInService(at span: Span, request: Span) -> Diagnostic {
    Diagnostic(
      .streamInService, "a service reads no stream: no call would ever see its end", at: span,
      label: "a `Stream`", labels: [Label(request, "calls come in here")],
      help: "keep a table of it with a pipeline of its own, and read that with `refresh:`")
  }

  static func missingReply(_ request: String, at span: Span, _ pipeline: String) -> Diagnostic {
    Diagnostic(
      .missingReply, "nothing answers the calls of `\(pipeline)`", at: span, label: "needs a `reply`",
      help: "end with `reply \(request)`, or with a flow that is made of it")
  }

  static func replyNotDerived(at span: Span, request: Span, _ name: String) -> Diagnostic {
    Diagnostic(
      .replyNotDerived, "this reply is the same for every call: it is not made of `\(name)`", at: span,
      label: "does not depend on the call", labels: [Label(request, "the call's records")],
      help: "join the table to `\(name)`, and reply that")
  }
}
