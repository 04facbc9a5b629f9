import Foundation
import Kafka
import Subprocess
import Synchronization
import Testing

@testable import TestServers

/// A pipeline from topic to topic, and who writes into the first.
private final class KafkaStream: Sendable {
  let sandbox: Sandbox
  let broker: Broker
  let input: String
  private struct Sent: ~Copyable {
    let producer: Producer
    var count = 0
  }
  private let sent: Mutex<Sent>

  init(_ broker: Broker = .shared) throws {
    sandbox = try Sandbox()
    self.broker = broker
    input = try broker.makeTopic(partitions: 2)
    sent = Mutex(Sent(producer: try Producer(broker.address())))
  }

  /// How many rows are in the input.
  var count: Int { sent.withLock { $0.count } }

  /// Writes as many rows more, made of their numbers, in turn to each of the partitions.
  func send(_ count: Int, _ row: (Int) -> String) throws {
    try sent.withLock { sent in
      for id in sent.count..<sent.count + count {
        try sent.producer.add([Message(value: row(id))], to: input, partition: Int32(id % 2))
      }
      try sent.producer.flush()
      sent.count += count
    }
  }

  /// How many rows lie before the places that the group has noted.
  func done(by group: String) throws -> Int {
    let consumer = try Consumer(broker.address(), group: group)
    return Int(try consumer.committed(input, 0..<2).values.reduce(0, +))
  }

  /// A connector's arguments: topic and address.
  func at(_ topic: String) -> String { "\"\(topic)\", url: \"\(broker.url)\"" }
}

@Suite("A stream from Kafka to Kafka", .serialized)
struct KafkaCommandTests {
  private static func reading(_ id: Int) -> String {
    let time = Date(timeIntervalSince1970: Double(1_767_225_600 + id / 20)).formatted(.iso8601)
    return #"{"id":\#(id),"at":"\#(time)","value":\#(id % 7)}"#
  }

  /// How often the process is killed: `make kills` asks for more.
  private static let kills = Int(ProcessInfo.processInfo.environment["THALWEG_KILLS"] ?? "") ?? 4

  @Test("Killed at random points, its results are there exactly once for a reader of committed messages")
  func killed() async throws {
    let stream = try KafkaStream()
    let all = try stream.broker.makeTopic(partitions: 2)
    let sums = try stream.broker.makeTopic()
    let group = "copy of \(stream.input)"
    try stream.sandbox.write(
      """
      record Reading { id: Int, at: Timestamp, value: Int }
      record Sum { at: Timestamp, count: Int, total: Int }
      pipeline copy {
        from readings: Stream<Reading> = kafka(\(stream.at(stream.input)), group: "\(group)")
        into all = kafka(\(stream.at(all)), key: r -> r.id) <- readings
        let windowed, late = readings.timed(r -> r.at, delay: 2s).window(tumbling(10s))
        into sums = kafka(\(stream.at(sums))) <- windowed.aggregate(
          g -> Sum { at: g.window.start, count: g.count(), total: g.sum(r -> r.value) })
        discard late
        run stream { checkpoint: 10ms, delivery: exactly_once }
      }
      """, to: "copy.thal")
    for kill in 0..<Self.kills {
      // In turn anywhere from its start on, and after it has made something visible.
      let done = try stream.done(by: group)
      let isEarly = kill % 2 == 0
      let delay = Duration.milliseconds(Int.random(in: 0...(isEarly ? 800 : 80)))
      let end = Mutex(isEarly ? ContinuousClock.now + delay : nil)
      let result = try await stream.sandbox.stream("copy.thal", endedBy: .kill) {
        try stream.send(20, Self.reading)
        return try end.withLock { end in
          if end == nil, try stream.done(by: group) > done { end = .now + delay }
          return end.map { .now >= $0 } ?? false
        }
      }
      #expect(result.status == .signaled(9), "\(result.error)")
    }
    // The last window is to be full, and over in both partitions.
    try stream.send((200 - stream.count % 200) % 200, Self.reading)
    let rows = stream.count
    try stream.send(2) { Self.reading($0 + 100_000) }
    let last = try await stream.sandbox.stream("copy.thal", endedBy: .interrupt) {
      try stream.done(by: group) == rows + 2
    }
    #expect(last.status == .exited(130), "\(last.error)")
    let copied = try stream.broker.contents(of: all, partitions: 2).map { $0.value ?? "" }
    let ids = try copied.map { try JSONDecoder().decode(Identity.self, from: Data($0.utf8)).id }
    #expect(ids.sorted() == Array(0..<rows) + [rows + 100_000, rows + 100_001])
    let windows = try stream.broker.contents(of: sums).map {
      try JSONDecoder().decode(Sum.self, from: Data(($0.value ?? "").utf8))
    }
    #expect(windows.map(\.count) == Array(repeating: 200, count: rows / 200))
    #expect(Set(windows.map(\.at)).count == windows.count)
  }

  /// Rows that fit and rows that do not.
  private static let mixed = [
    #"{"id":0}"#, "nonsense", #"{"id":2}"#, #"{"id":"three"}"#, #"{"id":4}"#, "", #"{"id":6}"#,
  ]

  private struct Fault: Decodable {
    let source: String
    let position: String
    let message: String
  }

  @Test("Messages that do not fit go to `faults` with their places, and are counted")
  func faults() async throws {
    let stream = try KafkaStream()
    let out = try stream.broker.makeTopic()
    let dead = try stream.broker.makeTopic()
    try stream.send(Self.mixed.count) { Self.mixed[$0] }
    try stream.sandbox.write(
      """
      record Row { id: Int }
      pipeline copy {
        from rows: Stream<Row> = kafka(\(stream.at(stream.input)), group: "\(stream.input)")
        into out = kafka(\(stream.at(out)), write: upsert(by: r -> r.id, delete: r -> r.id == 4)) <- rows
        into dead = kafka(\(stream.at(dead)), key: f -> f.position) <- faults
        run stream { checkpoint: 10ms }
      }
      """, to: "copy.thal")
    let run = try await stream.sandbox.stream("copy.thal", endedBy: .interrupt) {
      try stream.done(by: stream.input) == Self.mixed.count
    }
    #expect(run.status == .exited(130), "\(run.error)")
    let written = try stream.broker.contents(of: out)
    #expect(
      Set(written) == [
        Message(key: "0", value: #"{"id":0}"#), Message(key: "2", value: #"{"id":2}"#),
        Message(key: "4", value: nil), Message(key: "6", value: #"{"id":6}"#),
      ])
    let faults = try stream.broker.contents(of: dead)
    #expect(
      Set(faults.map(\.key)) == ["\(stream.input)/1/0", "\(stream.input)/1/1", "\(stream.input)/1/2"])
    for message in faults {
      let fault = try JSONDecoder().decode(Fault.self, from: Data((message.value ?? "").utf8))
      #expect(fault.source == "rows" && fault.position == message.key && !fault.message.isEmpty)
    }
    let shown = try await stream.sandbox.run("runs", "show", "last").output
    let rows = try #require(
      shown.split(separator: "\n").last { $0.hasPrefix("rows ") && $0.contains("from") })
    // In, out, late, failed, faulted.
    #expect(rows.split(separator: " ").dropFirst(2).prefix(5) == ["7", "4", "0", "0", "3"])
  }

  @Test(
    "A message that does not fit, and that nobody takes, ends the run with its topic, partition and offset",
    arguments: ["nonsense", #"{"id":"one"}"#])
  func refused(message: String) async throws {
    let stream = try KafkaStream()
    try stream.send(4) { $0 == 3 ? message : #"{"id":\#($0)}"# }
    try stream.sandbox.write(
      """
      record Row { id: Int }
      pipeline copy {
        from rows: Stream<Row> = kafka(\(stream.at(stream.input)))
        into out = jsonl("out") <- rows
      }
      """, to: "copy.thal")
    let run = try await stream.sandbox.run("run", "copy.thal")
    #expect(run.status == .exited(1))
    #expect(run.error.hasPrefix("error[F480]: a row of `rows` does not fit its record: "), "\(run.error)")
    #expect(run.error.contains("^^^^ \(stream.input)/1/1\n"), "\(run.error)")
    #expect(!stream.sandbox.exists("out/000001.jsonl"))
  }

  @Test("Fields with `@header` stand in the headers of messages, on the way in and out")
  func headers() async throws {
    let stream = try KafkaStream()
    let out = try stream.broker.makeTopic()
    func message(_ id: Int, _ headers: [(String, String)]) -> Message {
      Message(value: #"{"id":\#(id)}"#, headers: headers.map { MessageHeader($0.0, Array($0.1.utf8)) })
    }
    let fitting = [
      message(0, [("tenant", "north"), ("tries", "5")]), message(1, [("tenant", "a text that is longer")]),
    ]
    let misfits = [message(2, [("tries", "5")]), message(3, [("tenant", "south"), ("tries", "x")])]
    try stream.broker.write(
      [fitting[0], misfits[0], Message(value: "[]", headers: fitting[0].headers), fitting[1], misfits[1]],
      to: stream.input)
    try stream.sandbox.write(
      """
      record Row { id: Int, tenant: String @header("tenant"), tries: Int? @header("tries") }
      record Note { position: String, message: String }
      pipeline copy {
        from rows: Stream<Row> = kafka(\(stream.at(stream.input)), group: "\(stream.input)")
        into out = kafka(\(stream.at(out)), key: r -> r.tenant) <- rows
        into dead = jsonl("dead") <- faults.map(f -> Note { f.position, f.message })
        run stream { checkpoint: 10ms }
      }
      """, to: "copy.thal")
    let run = try await stream.sandbox.stream("copy.thal", endedBy: .interrupt) {
      try stream.done(by: stream.input) == 5
    }
    #expect(run.status == .exited(130), "\(run.error)")
    var expected = fitting
    expected[0].key = "north"
    expected[1].key = "a text that is longer"
    #expect(try stream.broker.contents(of: out) == expected)
    let place = "\(stream.input)/0"
    #expect(
      try Set(stream.sandbox.rows(of: "dead")) == [
        #"{"position":"\#(place)/1","message":"header `tenant`: a value is wanted, and none is given"}"#,
        #"{"position":"\#(place)/2","message":"expected an object, found an array"}"#,
        #"{"position":"\#(place)/4","message":"header `tries`: expected an `Int`, found \"x\""}"#,
      ])
  }

  @Test("A broker that does not answer is told with its address, never with what is secret in it")
  func unreachable() async throws {
    let port = try freePort()
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      record Row { id: Int }
      pipeline copy {
        from rows: Stream<Row> = kafka("in", url: secret("brokers"))
        into out = jsonl("out") <- rows
      }
      """, to: "copy.thal")
    try sandbox.write(
      """
      version: 1
      default_profile: dev
      profiles:
        dev: { secrets: { brokers: { env: BROKERS } } }
      """, to: "thalweg.yaml")
    let address = "kafka://127.0.0.1:\(port)?sasl.password=hush"
    let run = try await sandbox.run(
      "run", "copy.thal",
      environment: Sandbox.environment.updating(["BROKERS": .init(stringLiteral: address)]))
    #expect(run.status == .exited(3))
    #expect(
      run.error.hasPrefix(
        "error[C815]: the source `rows` can't be read: no broker answers at 127.0.0.1:\(port): Connect to"),
      "\(run.error)")
    #expect(run.error.contains("help: is the broker up, and is this its address?"))
    let shown = try await sandbox.run("runs", "show", "last").output
    #expect(!shown.contains("hush"))
  }

  @Test("A broker that goes away and comes back harms nothing")
  func restarted() async throws {
    let broker = try Broker()
    defer { broker.stop() }
    let stream = try KafkaStream(broker)
    let out = try broker.makeTopic()
    try stream.sandbox.write(
      """
      record Row { id: Int }
      pipeline copy {
        from rows: Stream<Row> = kafka(\(stream.at(stream.input)), group: "copy")
        into out = kafka(\(stream.at(out))) <- rows
        run stream { checkpoint: 10ms }
      }
      """, to: "copy.thal")
    let goals = Mutex([100, 200, 300])
    try stream.send(100) { #"{"id":\#($0)}"# }
    let run = try await stream.sandbox.stream("copy.thal", endedBy: .interrupt) {
      guard try stream.done(by: "copy") == goals.withLock({ $0[0] }) else { return false }
      goals.withLock { _ = $0.removeFirst() }
      if goals.withLock({ $0.isEmpty }) { return true }
      try broker.restart()
      try stream.send(100) { #"{"id":\#($0)}"# }
      return false
    }
    #expect(run.status == .exited(130), "\(run.error)")
    let ids = try broker.contents(of: out).map {
      try JSONDecoder().decode(Identity.self, from: Data(($0.value ?? "").utf8)).id
    }
    #expect(ids.sorted() == Array(0..<300))
  }

  private struct Identity: Decodable {
    let id: Int
  }

  private struct Sum: Decodable {
    let at: String
    let count: Int
  }
}
