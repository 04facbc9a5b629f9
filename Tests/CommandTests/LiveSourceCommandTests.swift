import Foundation
import Subprocess
import Synchronization
import Testing

@testable import TestServers

@Suite("Streams of other sources than topics and files")
struct LiveSourceCommandTests {
  private static let sums = """
    record Reading { n: Int, at: Timestamp }
    record Sum { at: Timestamp, sum: Int }
    pipeline sums {
      from readings: Stream<Reading> = stdin(format: jsonl)
      into sums = stdout(format: jsonl) <- readings.timed(r -> r.at, delay: 1s)
        .window(tumbling(10s), late: discard).aggregate(g -> Sum { at: g.window.start, sum: g.sum(r -> r.n) })
    }
    """

  @Test("What comes by standard input goes to standard output, and its end is the end of the stream")
  func standardStreams() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.sums, to: "sums.thal")
    let lines = [(1, "00:01"), (2, "00:09"), (3, "00:03"), (4, "01:00")].map {
      #"{"n":\#($0.0),"at":"2026-01-01T00:\#($0.1)Z"}"# + "\n"
    }
    let run = try await sandbox.run("run", "sums.thal", input: lines.joined())
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(
      run.output == """
        {"at":"2026-01-01T00:00:00Z","sum":6}
        {"at":"2026-01-01T00:01:00Z","sum":4}

        """)
    let shown = try await sandbox.run("runs", "show", "last").output
    #expect(shown.contains("state     succeeded"), "\(shown)")
  }

  @Test("A line of standard input that does not fit ends the stream with its number")
  func standardInputThatDoesNotFit() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.sums, to: "sums.thal")
    let run = try await sandbox.run(
      "run", "sums.thal", input: #"{"n":1,"at":"2026-01-01T00:00:00Z"}"# + "\n{}\n")
    #expect(run.status == .exited(1))
    #expect(run.error.hasPrefix("error[F480]: a row of `readings` does not fit its record"))
    #expect(run.error.contains("stdin:2"))
  }

  @Test("Made rows come little by little, and over a kill each of them once")
  func synthetic() async throws {
    let sandbox = try Sandbox()
    func program(_ kind: String, _ count: String) -> String {
      """
      record Row { id: Int @key, name: String }
      pipeline make {
        from rows: \(kind)<Row> = synthetic(\(count), seed: 7)
        into out = jsonl("\(kind)") <- rows
        run stream { checkpoint: 10ms }
      }
      """
    }
    try sandbox.write(program("Stream", "100_000_000, rate: 300"), to: "make.thal")
    for (signal, wanted) in [(Signal.kill, 1), (.interrupt, 300)] {
      _ = try await sandbox.stream("make.thal", endedBy: signal) {
        try sandbox.rows(of: "Stream").count >= wanted
      }
    }
    let rows = try sandbox.rows(of: "Stream")
    #expect(rows.count >= 300)
    try sandbox.write(
      program("Table", "\(rows.count)").replacing("run stream { checkpoint: 10ms }", with: ""),
      to: "all.thal")
    let all = try await sandbox.run("run", "all.thal")
    #expect(all.status == .exited(0), "\(all.error)")
    let expected = try sandbox.read("Table").split(separator: "\n").map(String.init)
    #expect(rows == expected)
  }

  @Test("An address is asked again and again; a server that fails for a while is told of, and does no harm")
  func polling() async throws {
    let sandbox = try Sandbox()
    let server = try HTTPServer { _, number in
      switch number {
      case 0..<4: .init(status: "503 Service Unavailable")
      case 4: .init(headers: ["ETag: \"4\""], body: #"[{"id":1},{"id":2}]"#)
      case 5: .init(status: "304 Not Modified")
      case 6: .init(body: "{\"id\":3}\n{\"id\":4}\n")
      default: .init(status: "304 Not Modified")
      }
    }
    defer { server.stop() }
    try sandbox.write(
      """
      record Row { id: Int }
      pipeline poll {
        from rows: Stream<Row> = http("http://127.0.0.1:\(server.port)/rows?token=hush", every: 10ms)
        into out = jsonl("out") <- rows
        run stream { checkpoint: 10ms }
      }
      """, to: "poll.thal")
    let run = try await sandbox.stream("poll.thal", endedBy: .interrupt) {
      try sandbox.rows(of: "out").count >= 4
    }
    #expect(run.status == .exited(130), "\(run.error)")
    #expect(try sandbox.rows(of: "out") == (1...4).map { #"{"id":\#($0)}"# })
    #expect(
      run.error.hasPrefix(
        "warning: the source `rows` gives nothing now: http://127.0.0.1:\(server.port)/rows: the server answers 503"
      ), "\(run.error)")
    #expect(run.error.split(separator: "\n").count { $0.hasPrefix("warning") } == 1)
    #expect(!run.error.contains("hush"))
  }

  @Test("An address that will never answer ends the run at once")
  func pollingOfNothing() async throws {
    let sandbox = try Sandbox()
    let server = try HTTPServer { _, _ in .init(status: "404 Not Found") }
    defer { server.stop() }
    try sandbox.write(
      """
      record Row { id: Int }
      pipeline poll {
        from rows: Stream<Row> = http("http://127.0.0.1:\(server.port)/rows", every: 10ms)
        into out = jsonl("out") <- rows
      }
      """, to: "poll.thal")
    let run = try await sandbox.run("run", "poll.thal")
    #expect(run.status == .exited(3))
    #expect(run.error.contains("404") && run.error.contains("help: "), "\(run.error)")
  }

  @Test("Each run that appends to a folder adds to what is there")
  func append() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      record Row { id: Int }
      pipeline copy {
        from rows: Stream<Row> = stdin(format: jsonl)
        into all = jsonl("all", write: append) <- rows
      }
      """, to: "copy.thal")
    for id in 1...3 {
      let run = try await sandbox.run("run", "copy.thal", input: "{\"id\":\(id)}\n")
      #expect(run.status == .exited(0), "\(run.error)")
    }
    #expect(try sandbox.rows(of: "all") == [#"{"id":1}"#, #"{"id":2}"#, #"{"id":3}"#])
  }
}
