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

  /// How often the process is killed: `THALWEG_KILLS=100` asks for more.
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

  private struct Identity: Decodable {
    let id: Int
  }

  private struct Sum: Decodable {
    let at: String
    let count: Int
  }
}
