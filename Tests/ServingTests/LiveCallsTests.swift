import Testing

@testable import Serving

/// What people see of services on a terminal.
@Suite struct LiveCallsTests {
  @Test(arguments: [1, 900, 87_000, 1_234_567, 40_000_000, 3_600_000_000_000])
  func `a quantile is at most a fifth too large`(nanoseconds: Int) throws {
    var latencies = Latencies()
    latencies.add(nanoseconds: nanoseconds)
    let found = try #require(latencies.quantile(0.5, since: nil)) * 1e9
    #expect(found >= Double(nanoseconds))
    #expect(found <= max(Double(nanoseconds) * 1.25, 8))
  }

  @Test func `quantiles are of the calls since the last look`() throws {
    var former = Latencies()
    for _ in 0..<1000 { former.add(nanoseconds: 1_000_000_000) }
    var latest = former
    for _ in 0..<98 { latest.add(nanoseconds: 1_000_000) }
    for _ in 0..<2 { latest.add(nanoseconds: 50_000_000) }
    #expect(try #require(latest.quantile(0.5, since: former)) < 0.00125)
    #expect(try #require(latest.quantile(0.99, since: former)) >= 0.05)
    #expect(latest.quantile(0.5, since: latest) == nil)
  }

  @Test func `each route has its rate, latencies, calls in flight, refused and failed`() async throws {
    try await CallTests.project().serve { server async throws in
      var live = LiveCalls()
      live.note(server.gateway.figures, elapsed: 1)
      for id in 1...4 { _ = try await server.post("/offers", #"{"id":\#(id),"item":"tea"}"#) }
      live.note(server.gateway.figures, elapsed: 3)
      let lines = live.lines(width: 100, height: 20)
      #expect(lines.count == 2)
      #expect(lines[0].hasPrefix("up 3.0s"))
      let cells = lines[1].split(separator: " ").map(String.init)
      #expect(cells.prefix(3) == ["POST", "/offers", "2"])
      #expect(cells[3].hasSuffix("s") && cells[4].hasSuffix("s"))
      #expect(cells.suffix(4) == ["0", "4", "0", "0"])
      #expect(live.lines(width: 20, height: 20).allSatisfy { $0.count < 20 })
    }
  }
}
