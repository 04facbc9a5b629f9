import Columns
import Connectors
import Dispatch
import Formats
import Synchronization
import Testing

@testable import Engine
@testable import TestServers

private let schema = TableSchema(columns: [
  FieldSchema("id", .int), FieldSchema("name", .string, isOptional: true),
])

/// A poll source under way on a server of its own.
private struct Polling {
  let server: HTTPServer
  let arrivals = Arrivals()
  let reader: any StreamReader

  init(
    every interval: Duration, after positions: [String: String] = [:], target: String = "/rows",
    told: @escaping @Sendable (PollSource.Failure) -> Void = { _ in },
    _ answer: @escaping @Sendable (HTTPServer.Request, Int) -> HTTPServer.Response
  ) throws {
    server = try HTTPServer(answer)
    let source = PollSource(
      url: "http://u:hush@127.0.0.1:\(server.port)\(target)", every: interval, schema: schema, told: told)
    reader = try source.open(after: positions, arrivals: arrivals)
  }

  /// Waits for the next answer, on a thread that may.
  func next() async throws -> StreamMorsel? {
    for _ in 0..<100 {
      if case .rows(let morsel) = try reader.next() { return morsel }
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          arrivals.wait(nanoseconds: 1_000_000_000)
          continuation.resume()
        }
      }
    }
    return nil
  }

  func close() {
    reader.close()
    server.stop()
  }
}

private func lines(_ batch: Batch) throws -> [String] {
  try JSONLinesWriter(schema: schema).encode(batch).split(separator: UInt8(ascii: "\n")).map {
    String(decoding: $0, as: UTF8.self)
  }
}

@Suite(.serialized) struct PollTests {
  @Test(arguments: [
    #"[{"id":1,"name":"a ] } \" ,"},{"id":2}]"#,
    " [ {\"id\" : 1, \"name\":\"a ] } \\\" ,\"} ,\n {\"id\":2} ] ",
    "{\"id\":1,\"name\":\"a ] } \\\" ,\"}\n{\"id\":2,\"more\":[{}]}\n",
    "{\n \"id\": 1,\n \"name\": \"a ] } \\\" ,\"\n}\n{ \"id\": 2 }",
  ])
  func anAnswerIsAnArrayOrValuesOneAfterTheOther(body: String) async throws {
    let polling = try Polling(every: .seconds(3600)) { _, _ in .init(body: body) }
    defer { polling.close() }
    let morsel = try #require(try await polling.next())
    #expect(
      try lines(morsel.morsel.decode()) == [#"{"id":1,"name":"a ] } \" ,"}"#, #"{"id":2,"name":null}"#])
  }

  @Test(arguments: [
    (#"[{"id":1}"#, "the array has no end"), (#"[{"id":1} {"id":2}]"#, "no comma"),
    (#"[{"id":1}] x"#, "something stands behind the array"),
  ])
  func whatIsNoJSONIsSaid(body: String, words: String) async throws {
    let polling = try Polling(every: .seconds(3600)) { _, _ in .init(body: body) }
    defer { polling.close() }
    let morsel = try #require(try await polling.next())
    let fault = #expect(throws: RowFault.self) { try morsel.morsel.decodeFitting() }
    #expect(fault?.message.contains(words) == true)
  }

  @Test func aRowThatDoesNotFitIsToldApart() async throws {
    let polling = try Polling(every: .seconds(3600), target: "/rows?token=hush") { _, _ in
      .init(body: #"[{"id":1},{"id":"x"},{"id":3}]"#)
    }
    defer { polling.close() }
    let morsel = try #require(try await polling.next()).morsel
    let rows = try morsel.decodeFitting()
    #expect(try lines(rows.batch) == [#"{"id":1,"name":null}"#, #"{"id":3,"name":null}"#])
    #expect(rows.refused.map(\.text) == [#"{"id":"x"}"#])
    let fault = #expect(throws: RowFault.self) { try morsel.decode() }
    #expect(fault?.position == "http://127.0.0.1:\(polling.server.port)/rows:2", "without what may be secret")
  }

  @Test func anAnswerThatIsKnownGivesNoRows() async throws {
    let polling = try Polling(every: .milliseconds(5)) { request, number in
      let tag = number < 4 ? "\"one\"" : "\"two\""
      if request.headers["if-none-match"] == tag { return .init(status: "304 Not Modified") }
      return .init(headers: ["ETag: \(tag)"], body: #"{"id":\#(number)}"#)
    }
    defer { polling.close() }
    let first = try #require(try await polling.next())
    let second = try #require(try await polling.next())
    #expect(try lines(first.morsel.decode()) == [#"{"id":0,"name":null}"#])
    #expect(try lines(second.morsel.decode()) == [#"{"id":4,"name":null}"#])
    #expect(polling.server.requests[1].headers["if-none-match"] == "\"one\"")
  }

  @Test func aRestartGoesOnBehindTheAnswerThatItKnows() async throws {
    let modified = "Tue, 15 Nov 1994 12:45:26 GMT"
    let first = try Polling(every: .seconds(3600)) { _, _ in
      .init(headers: ["ETag: \"a b\"", "Last-Modified: \(modified)"], body: #"{"id":1}"#)
    }
    let morsel = try #require(try await first.next())
    first.close()
    let again = try Polling(every: .seconds(3600), after: [morsel.partition: morsel.position()]) { _, _ in
      .init(body: #"{"id":2}"#)
    }
    defer { again.close() }
    _ = try await again.next()
    #expect(again.server.requests[0].headers["if-none-match"] == "\"a b\"")
    #expect(again.server.requests[0].headers["if-modified-since"] == modified)
  }

  @Test func anErrorIsTriedAgainBeforeTheNextPoll() async throws {
    let polling = try Polling(every: .seconds(3600), told: { Issue.record("told of \($0)") }) { _, number in
      number < 2 ? .init(status: "503 Service Unavailable") : .init(body: #"{"id":7}"#)
    }
    defer { polling.close() }
    let morsel = try #require(try await polling.next())
    #expect(try lines(morsel.morsel.decode()) == [#"{"id":7,"name":null}"#])
    #expect(polling.server.requests.count == 3)
  }

  @Test func aPollWithoutAnAnswerIsCountedAndTold() async throws {
    let told = Mutex<[PollSource.Failure]>([])
    let polling = try Polling(
      every: .milliseconds(5), told: { failure in told.withLock { $0.append(failure) } }
    ) {
      _, number in
      number < 3 ? .init(status: "500 Internal Server Error") : .init(body: #"{"id":7}"#)
    }
    defer { polling.close() }
    _ = try #require(try await polling.next())
    #expect(told.withLock { $0.map(\.count) } == [1, 2, 3])
    #expect(told.withLock { $0.allSatisfy { $0.message.contains("500") && !$0.message.contains("hush") } })
  }

  @Test func anAddressThatIsRefusedAtOnceIsAnError() async throws {
    let polling = try Polling(every: .milliseconds(5)) { _, _ in .init(status: "404 Not Found") }
    defer { polling.close() }
    let fault = await #expect(throws: RowFault.self) { try await polling.next() }
    #expect(fault?.message.contains("404") == true)
    #expect(polling.server.requests.count == 1)
  }

  @Test(arguments: ["ftp://host/rows", "http://127.0.0.1:99999/rows", "http://host:x/", "http://a b/"])
  func anAddressOfAnotherKindIsRefused(address: String) {
    let source = PollSource(url: address, every: .seconds(1), schema: schema)
    #expect(throws: RowFault.self) { try source.open(after: [:], arrivals: Arrivals()) }
  }
}
