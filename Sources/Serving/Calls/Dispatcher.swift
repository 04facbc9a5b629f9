import Columns
import Diagnosing
import Engine
import Execution
import Formats
import NIOCore
import NIOHTTP1
import Semantics
import Synchronization

/// Decides on each request by its head: which service it is for, and whether it may come in.
final class Dispatcher: Sendable {
  /// What becomes of a request.
  enum Admission {
    case answer(Answer)
    case call(Call)
  }

  private let endpoints: [Endpoint]
  private let routes: RouteTable<Endpoint>
  private let access: Access
  private let description: Answer
  private let stopping = Atomic<Bool>(false)

  /// Two services at one route.
  struct Conflict: Error {
    let first: ServiceInterface
    let second: ServiceInterface
  }

  init(
    _ runs: [ServiceRun], access: Access,
    problems: @escaping @Sendable ([Diagnostic], SourceMap) -> Void
  ) throws(Conflict) {
    self.access = access
    endpoints = runs.map { Endpoint($0, problems: problems) }
    var routes = RouteTable<Endpoint>()
    for endpoint in endpoints {
      let interface = endpoint.run.interface
      if let taken = routes.add(interface.method.rawValue.uppercased(), interface.path, endpoint) {
        throw Conflict(first: taken.run.interface, second: interface)
      }
    }
    self.routes = routes
    description = .json(OpenAPIDocument(runs.map(\.interface), access: access).value)
  }

  /// Bytes of a body.
  var largestBody: Int { access.largestBody }

  var figures: [RouteFigures] { endpoints.map { RouteFigures($0) } }

  var isStopping: Bool { stopping.load(ordering: .relaxed) }

  /// From now on calls are refused.
  func stop() { stopping.store(true, ordering: .relaxed) }

  func admit(_ head: HTTPRequestHead) -> Admission {
    do throws(Problem) { return try admission(head) } catch { return .answer(error.answer) }
  }

  private func admission(_ head: HTTPRequestHead) throws(Problem) -> Admission {
    let target = RequestTarget(head.uri)
    if let page = try page(head.method, target.path) { return .answer(page) }
    let endpoint: Endpoint
    let pathParts: [Substring]
    switch routes.find(head.method.rawValue, target.path) {
    case .found(let found, let parts): (endpoint, pathParts) = (found, parts)
    case .wrongMethod(let allowed): throw .wrongMethod(head.method.rawValue, allowed: allowed)
    case .nothing: throw .notFound(String(target.path))
    }
    do throws(Problem) {
      let token = try access.token(head.headers)
      guard let query = target.query else {
        throw Problem(.badRequest, "the query is not percent-encoded UTF-8")
      }
      try endpoint.checkNames(of: query)
      let form = endpoint.takesBody ? try Self.form(head.headers) : .whole
      if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > largestBody {
        throw .tooLarge(largestBody)
      }
      let time = try Self.time(head.headers, endpoint.run.options.timeout)
      if isStopping { throw .unavailable("the service is stopping") }
      if !endpoint.run.isReady { throw endpoint.problem(.notReady) }
      let request = CallRequest(
        headers: head.headers, pathParts: pathParts, query: query, form: form,
        wantsLines: form == .lines || Self.acceptsLines(head.headers))
      try endpoint.enter()
      return .call(
        Call(endpoint, access, token: token, request, time: time))
    } catch {
      if error.status != .tooManyRequests { endpoint.metrics.count(error.status, nanoseconds: nil) }
      throw error
    }
  }

  // MARK: - Headers

  /// How the body holds records.
  private static func form(_ headers: HTTPHeaders) throws(Problem) -> JSONBodyReader.Form {
    if let coding = headers.first(name: "content-encoding"), coding.lowercased() != "identity" {
      throw Problem(
        .unsupportedMediaType, "a body with `Content-Encoding: \(coding)` is not read; send it plain")
    }
    guard let text = headers.first(name: "content-type"), text != Answer.json else { return .whole }
    let parts = text.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\"" } }
    for parameter in parts.dropFirst() where parameter.hasPrefix("charset=") && parameter != "charset=utf-8" {
      throw Problem(.unsupportedMediaType, "a body in \(parameter.dropFirst(8)) is not read; send UTF-8")
    }
    switch parts.first ?? "" {
    case "application/json": return .whole
    case Answer.lines, "application/jsonl", "application/jsonlines": return .lines
    case let type where type.hasPrefix("application/") && type.hasSuffix("+json"): return .whole
    default:
      throw Problem(
        .unsupportedMediaType, "a body of `\(text)` is not read; send `\(Answer.json)` or `\(Answer.lines)`")
    }
  }

  private static func acceptsLines(_ headers: HTTPHeaders) -> Bool {
    headers.first(name: "accept")?.lowercased().contains(Answer.lines) ?? false
  }

  /// Nanoseconds that a call may take: callers can only shorten it.
  private static func time(_ headers: HTTPHeaders, _ timeout: Int64?) throws(Problem) -> Int? {
    let own = timeout.map { Int(clamping: $0).multipliedReportingOverflow(by: 1000) }
      .map { $0.overflow ? Int.max : $0.partialValue }
    guard var text = headers.first(name: "x-request-timeout") else { return own }
    guard let wanted = text.withUTF8({ ScalarText.parseDuration($0) }), wanted >= 0 else {
      throw Problem(.badRequest, "`X-Request-Timeout` is a duration such as `250ms` or `2s`")
    }
    let (nanoseconds, overflow) = Int(clamping: wanted).multipliedReportingOverflow(by: 1000)
    return min(own ?? .max, overflow ? .max : nanoseconds)
  }

  // MARK: - Pages

  private func page(_ method: NIOHTTP1.HTTPMethod, _ path: Substring) throws(Problem) -> Answer? {
    let page: () throws(Problem) -> Answer
    switch path {
    case "/healthz": page = { () throws(Problem) in .json(.members(["status": .string("ok")])) }
    case "/readyz": page = readiness
    case "/metrics":
      page = { [endpoints] () throws(Problem) in
        Answer(
          .ok, "text/plain; version=0.0.4; charset=utf-8", ByteBuffer(string: MetricsText.text(endpoints)))
      }
    case "/openapi.json": page = { [description] () throws(Problem) in description }
    default: return nil
    }
    guard [.GET, .HEAD].contains(method) else {
      throw .wrongMethod(method.rawValue, allowed: ["GET", "HEAD"])
    }
    return try page()
  }

  private func readiness() throws(Problem) -> Answer {
    if isStopping { throw .unavailable("the service is stopping") }
    let waiting = endpoints.filter { !$0.run.isReady }.map(\.run.interface.name)
    if !waiting.isEmpty { throw .unavailable("not ready: \(waiting.joined(separator: ", "))") }
    return .json(.members(["status": .string("ready")]))
  }
}

/// What a request asks for: `/orders/7?limit=3`.
struct RequestTarget {
  let path: Substring
  private let rawQuery: Substring?

  init(_ uri: String) {
    var rest = uri[...]
    // A proxy may be asked with the whole address.
    if rest.hasPrefix("http://") || rest.hasPrefix("https://") {
      let behindScheme = rest.drop { $0 != "/" }.dropFirst(2)
      rest = behindScheme.drop { $0 != "/" }
      if rest.isEmpty { rest = "/" }
    }
    let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
    path = mark.map { rest[..<$0] } ?? rest
    rawQuery = mark.map { rest[rest.utf8.index(after: $0)...] }
  }

  /// Names and values, decoded; nil where they can't be.
  var query: [(name: String, value: String)]? {
    guard let rawQuery else { return [] }
    var pairs: [(name: String, value: String)] = []
    for pair in rawQuery.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentCoding.decoded(sides[0], plusIsSpace: true),
        let value = PercentCoding.decoded(sides.count > 1 ? sides[1] : "", plusIsSpace: true)
      else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }
}

extension Endpoint {
  /// Names that nothing reads are mistakes.
  func checkNames(of query: [(name: String, value: String)]) throws(Problem) {
    guard !query.isEmpty else { return }
    let known = run.interface.inputs.filter { $0.part == .query }.map(\.schema.name)
    let unknown = query.map(\.name).filter { !known.contains($0) }
    guard !unknown.isEmpty else { return }
    var problem = Problem(.unprocessableEntity, "the query has names that nothing reads")
    problem.errors = unknown.map { name in
      Problem.Wrong(pointer: JSONPointer.step(name), part: "query", detail: "there is no field of this name")
    }
    throw problem
  }
}
