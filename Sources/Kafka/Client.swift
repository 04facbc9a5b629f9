import CKafka

/// An instance of librdkafka, shared by what it made: it goes with the last of its messages.
///
/// Its calls may wait for a broker: never make them on Swift's cooperative pool.
final class Client: Sendable {
  /// Unsafe only to the compiler: any thread may use an instance.
  nonisolated(unsafe) let handle: OpaquePointer
  let reports = Reports()
  let brokers: String
  /// Bytes of the largest message.
  let largestMessage: Int
  /// How often topics are looked at, in milliseconds.
  let refreshInterval: Int

  /// Milliseconds that brokers may be away while a client is in use.
  let patience: Int32
  /// Milliseconds within which a broker answers at first: a wrong address is to be known soon.
  static let firstPatience: Int32 = 10_000

  init(
    _ kind: rd_kafka_type_t, _ address: KafkaAddress, defaults: [String: String] = [:], own: [String: String]
  ) throws(KafkaError) {
    _ = try Library.loaded.get()
    var configuration = try Configuration(address, defaults: defaults, own: own)
    configuration.report(to: reports)
    brokers = address.brokers
    largestMessage = configuration.number("message.max.bytes")
    refreshInterval = configuration.number("topic.metadata.refresh.interval.ms")
    patience = Int32(clamping: configuration.number("socket.timeout.ms"))
    handle = try configuration.make(kind)
  }

  deinit { rd.destroy(handle) }

  /// An error in the words of what caused it: that no broker answers has a reason, told by a callback.
  func explained(_ error: KafkaError) -> KafkaError {
    guard error.kind == .unreachable else { return error }
    let cause = reports.trouble ?? error
    guard cause.kind == .unreachable else { return cause }
    // It names the broker, which is told already where there is only one.
    let reason = cause.message.trimmed(prefix: "\(brokers): ")
    return KafkaError(cause, message: "no broker answers at \(brokers): \(reason)")
  }

  /// The topics that can be seen, and how many partitions each has. Of a consumer: before anything is assigned.
  func topics() throws(KafkaError) -> [String: Int32] {
    do { return try metadata(of: nil, Self.firstPatience) } catch {
      // Serves the callback that knows why.
      _ = rd.poll(handle, 0)
      throw explained(error)
    }
  }

  /// How many partitions a topic has.
  func partitionCount(of name: String) throws(KafkaError) -> Int32 {
    let topic = try Topic(self, name)
    do { return try metadata(of: topic.pointer, patience)[name] ?? 0 } catch { throw explained(error) }
  }

  /// Of one topic, or of all that there are.
  private func metadata(of topic: OpaquePointer?, _ patience: Int32) throws(KafkaError) -> [String: Int32] {
    var metadata: UnsafePointer<rd_kafka_metadata>?
    try check(rd.metadata(handle, topic == nil ? 1 : 0, topic, &metadata, patience))
    guard let metadata else { return [:] }
    defer { rd.metadata_destroy(metadata) }
    var found: [String: Int32] = [:]
    for index in 0..<Int(metadata.pointee.topic_cnt) {
      let entry = metadata.pointee.topics[index]
      if topic != nil { try check(entry.err) }
      if let name = entry.topic { found[String(cString: name)] = entry.partition_cnt }
    }
    return found
  }

  /// The offsets that the client's group has committed; nothing for partitions without one.
  func committed(_ topic: String, _ partitions: Range<Int32>) throws(KafkaError) -> [Int32: Int64] {
    let list = PartitionOffsets(partitions.map { PartitionOffset(topic, $0, Int64(RD_KAFKA_OFFSET_INVALID)) })
    let code = rd.committed(handle, list.pointer, patience)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw explained(KafkaError(code)) }
    var offsets: [Int32: Int64] = [:]
    for entry in list.entries {
      try check(entry.err)
      if entry.offset >= 0 { offsets[entry.partition] = entry.offset }
    }
    return offsets
  }

  /// Where partitions are read without a checkpoint: where the group was, else at the beginning.
  func places(
    _ topic: String, _ partitions: Range<Int32>, fromGroup: Bool
  ) throws(KafkaError) -> [PartitionOffset] {
    let committed = fromGroup ? try committed(topic, partitions) : [:]
    return partitions.map { PartitionOffset(topic, $0, committed[$0] ?? PartitionOffset.beginning) }
  }
}

extension String {
  fileprivate func trimmed(prefix: String) -> Substring {
    hasPrefix(prefix) ? dropFirst(prefix.count) : self[...]
  }
}

/// A topic as a client knows it.
struct Topic: ~Copyable {
  private let client: Client
  let pointer: OpaquePointer

  init(_ client: Client, _ name: String) throws(KafkaError) {
    guard let pointer = rd.topic_new(client.handle, name, nil) else { throw KafkaError(rd.last_error()) }
    self.client = client
    self.pointer = pointer
  }

  deinit { rd.topic_destroy(pointer) }
}

/// A place in a partition.
public struct PartitionOffset: Sendable {
  /// The topic's name.
  public let topic: String
  /// From 0.
  public let partition: Int32
  /// The next message.
  public let offset: Int64

  /// Makes a place.
  public init(_ topic: String, _ partition: Int32, _ offset: Int64) {
    self.topic = topic
    self.partition = partition
    self.offset = offset
  }

  /// The first message that there still is.
  public static let beginning = Int64(RD_KAFKA_OFFSET_BEGINNING)
}

/// Places in partitions, as librdkafka takes them.
struct PartitionOffsets: ~Copyable {
  let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?

  init(_ places: [PartitionOffset]) {
    pointer = rd.topic_partition_list_new(Int32(places.count))
    for place in places {
      rd.topic_partition_list_add(pointer, place.topic, place.partition)?.pointee.offset = place.offset
    }
  }

  deinit { rd.topic_partition_list_destroy(pointer) }

  var entries: UnsafeBufferPointer<rd_kafka_topic_partition_t> {
    UnsafeBufferPointer(start: pointer?.pointee.elems, count: Int(pointer?.pointee.cnt ?? 0))
  }
}
