import Diagnosing
import Syntax

extension FlowChecker {
  /// `fail("text")` as a statement: the run fails where it comes here.
  func fail(_ arguments: [Argument], at span: Span) {
    guard arguments.count == 1, arguments[0].label == nil else {
      for argument in arguments { markUses(in: argument.value) }
      report(.failArguments(at: span))
      return
    }
    statement = "fail"
    let message = value(arguments[0].value, expecting: .string)
    if jobs.region == nil { report(.alwaysFails(at: span)) }
    _ = add(.operation(.fail(message)), [], elements: [], at: span.word("fail"))
  }
}

extension Expression {
  /// The arguments of `fail(...)`.
  var failMessage: [Argument]? {
    guard case .call(let callee, _, let arguments) = kind, case .name(let name) = callee.kind,
      name.text == "fail"
    else { return nil }
    return arguments
  }
}
