import Dispatch
import Kafka

/// A message in a test.
struct Message: Hashable {
  var key: String?
  var value: String?
  var headers: [MessageHeader] = []
}

/// A message that was read.
struct Received: Hashable {
  let partition: Int32
  let offset: Int64
  let message: Message
}

/// No message has come in half a minute.
struct NothingCame: Error {}

/// Reads committed messages from given places.
final class Inbox {
  let consumer: Consumer
  private let arrival = DispatchSemaphore(value: 0)

  init(_ address: KafkaAddress, group: String? = nil) throws {
    let arrival = arrival
    consumer = try Consumer(address, group: group) { arrival.signal() }
  }

  /// From the beginning of a topic.
  convenience init(_ address: KafkaAddress, beginningOf topic: String, partitions: Int32 = 1) throws {
    try self.init(address)
    try consumer.assign((0..<partitions).map { PartitionOffset(topic, $0, PartitionOffset.beginning) })
  }

  /// What has come and was not asked for yet; never waits.
  func poll() throws -> [Received] {
    try consumer.poll().flatMap { fetch in
      (0..<fetch.count).map {
        Received(partition: fetch.partition, offset: fetch.offset($0), message: Message(fetch, $0))
      }
    }
  }

  /// Waits until at least so many have come.
  func read(_ count: Int) throws -> [Received] {
    var received: [Received] = []
    while received.count < count {
      let come = try poll()
      received += come
      if come.isEmpty, arrival.wait(timeout: .now() + 30) == .timedOut { throw NothingCame() }
    }
    return received
  }

  func values(_ count: Int) throws -> [String?] { try read(count).map(\.message.value) }
}

extension Message {
  init(_ fetch: Fetch, _ index: Int) {
    key = fetch.key(index).map { String(decoding: $0, as: UTF8.self) }
    value = fetch.value(index).map { String(decoding: $0, as: UTF8.self) }
    headers = fetch.headers(index)
  }
}

extension Producer {
  /// Adds messages to what is sent.
  borrowing func add(_ messages: [Message], to name: String, partition: Int32 = 0) throws {
    let topic = try topic(name)
    for message in messages {
      let key = message.key.map { Array($0.utf8) }
      let value = message.value.map { Array($0.utf8) }
      try (key ?? []).withUnsafeBytes { keyBytes in
        try (value ?? []).withUnsafeBytes { valueBytes in
          try topic.produce(
            key: key == nil ? nil : keyBytes, value: value == nil ? nil : valueBytes,
            headers: message.headers,
            partition: partition)
        }
      }
    }
  }
}

extension Broker {
  /// Writes messages, outside of any transaction.
  func write(_ messages: [Message], to topic: String, partition: Int32 = 0) throws {
    let producer = try Producer(address())
    try producer.add(messages, to: topic, partition: partition)
    try producer.flush()
  }

  func write(_ values: [String], to topic: String, partition: Int32 = 0) throws {
    try write(values.map { Message(value: $0) }, to: topic, partition: partition)
  }

  /// All committed messages of a topic, up to those that are written for this. They are fetched as one piece: this
  /// broker tells who begins behind an aborted transaction of it, too, and librdkafka then takes all that the same
  /// producer has committed since for a part of it.
  func contents(of topic: String, partitions: Int32 = 1) throws -> [Message] {
    for partition in 0..<partitions {
      try write([Message(value: "the end")], to: topic, partition: partition)
    }
    let inbox = try Inbox(
      KafkaAddress("\(url)?fetch.message.max.bytes=50000000"), beginningOf: topic, partitions: partitions)
    var messages: [Message] = []
    var open = partitions
    while open > 0 {
      let message = try inbox.read(1)
      open -= Int32(message.count { $0.message.value == "the end" })
      messages += message.map(\.message)
    }
    return messages.filter { $0.value != "the end" }
  }
}
