import Diagnosing
import Syntax

// `http(method, path)` gives the records of a call, `http(url, every:)` asks again and again.

extension FlowChecker {
  /// `http(method, path)`, `http(url, every:)`.
  func http(_ call: ConnectorCall) -> Connector? {
    holdsColumns(call, nested: true)
    return call.rule.gives == [.request] ? request(call) : poll(call)
  }

  private func poll(_ call: ConnectorCall) -> Connector? {
    let url = call.arguments.at(0).map {
      address($0, of: "http", schemes: ["http://", "https://"], example: "https://example.org/rates.json")
    }
    let every = call.arguments["every"].map { duration($0, option: "every:", of: "http") }
    guard let url, let every else { return nil }
    return .poll(url: url, every: every)
  }

  private func request(_ call: ConnectorCall) -> Connector? {
    guard call.arguments.isComplete, let first = call.arguments.at(0), let second = call.arguments.at(1)
    else { return nil }
    let method = word(first, option: "the method", of: "http", among: HTTPMethod.allCases.map(\.rawValue))
      .flatMap { HTTPMethod(rawValue: $0) }
    let route = Route(second)
    for finding in route.problems { report(finding) }
    guard let method, route.problems.isEmpty else { return nil }
    check(route, method, against: call.element, at: call.name)
    return .request(method: method, path: route.path)
  }
}
