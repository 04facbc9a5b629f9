import Diagnosing
import Syntax

extension FlowChecker {
  /// `reply flow status 201 allow [pii]`.
  func reply(_ expression: Expression, status: Expression?, allow: [Identifier], at word: Span) {
    statement = "reply"
    let value = flow(expression)
    let code = status.map { self.status($0) } ?? 200
    for problem in checker.module.problems(with: allow) { report(problem) }
    if value.element != .error { json(value.element, at: expression.span) }
    if let code, let first = pipeline?.replies.first(where: { $0.status == code }) {
      report(.sameStatus(code, at: status?.span ?? word, first: first.span))
    }
    pipeline?.replies.append(PipelineState.Reply(status: code, flow: value, span: word))
    let operation = ReplyOperation(status: code ?? 200, allow: allow, isOrdered: value.isSorted)
    _ = add(.operation(.reply(operation)), [value], elements: [], at: word)
  }

  /// The status of an answer, which has a body.
  private func status(_ expression: Expression) -> Int? {
    guard case .integer(let value) = expression.kind else {
      if case .error = expression.kind { return nil }
      markUses(in: expression)
      report(.statusNumber(at: expression.span))
      return nil
    }
    guard let value, (200...599).contains(value) else {
      report(.statusRange(at: expression.span))
      return nil
    }
    if [204, 205, 304].contains(value) {
      report(.statusWithoutBody(Int(value), at: expression.span))
      return nil
    }
    return Int(value)
  }

  /// Answers are JSON.
  private func json(_ element: Type, at span: Span) {
    guard let columns = element.columns else {
      report(.replyWithoutFields(element, at: span))
      return
    }
    for column in columns {
      if let kept = column.type.keptElsewhere {
        report(.replyField(column.name, kept, at: span))
        return
      }
    }
  }

  // MARK: The whole

  /// A service has one `Request` and a reply to it; nothing else has either.
  func checkService(_ pipeline: PipelineState, _ name: Identifier) {
    let requests = sourceKinds.filter { $0.bound == .request }
    guard let request = requests.first else {
      if let reply = pipeline.replies.first, !sourceKinds.contains(where: { $0.bound == .any }) {
        report(.replyWithoutRequest(at: reply.span))
      }
      return
    }
    for other in requests.dropFirst() { report(.severalRequests(at: other.span, first: request.span)) }
    for stream in sourceKinds where stream.bound == .stream {
      report(.streamInService(at: stream.span, request: request.span))
    }
    guard !pipeline.replies.isEmpty else {
      report(.missingReply(request.name, at: request.span, name.text))
      return
    }
    for reply in pipeline.replies
    where reply.flow.bound == .table && reply.flow.reference != .broken && reply.flow.element != .error {
      report(.replyNotDerived(at: reply.span, request: request.span, request.name))
    }
  }
}
