import CKafka

/// Reads the partitions that it is told to, committed transactions only. It is a member of no group: nothing is taken
/// from it, and its group only remembers offsets.
///
/// librdkafka reads ahead on threads of its own, up to `queued.max.messages.kbytes`; `poll` never waits, all else may.
public struct Consumer: ~Copyable {
  let client: Client
  private let queue: OpaquePointer?
  private let arrival: Arrival

  /// What librdkafka calls when a message comes while there is none.
  private final class Arrival: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Makes a consumer.
  /// - Parameter onArrival: Called by a thread of librdkafka when there is something to poll again.
  public init(
    _ address: KafkaAddress, group: String?, onArrival: @escaping @Sendable () -> Void = {}
  ) throws(KafkaError) {
    client = try Client(
      RD_KAFKA_CONSUMER, address,
      defaults: [
        // Bytes bound what is read ahead, not numbers.
        "queued.min.messages": "1000000", "topic.metadata.refresh.interval.ms": "30000",
      ],
      own: [
        // librdkafka reads partitions only with a group; this one is never committed.
        "group.id": group ?? "thalweg", "enable.auto.commit": "false", "enable.auto.offset.store": "false",
        "auto.offset.reset": "error", "isolation.level": "read_committed",
      ])
    queue = rd.queue_get_consumer(client.handle)
    arrival = Arrival(onArrival)
    rd.queue_cb_event_enable(
      queue,
      { _, opaque in
        opaque.map { Unmanaged<Arrival>.fromOpaque($0).takeUnretainedValue().body() }
      }, Unmanaged.passUnretained(arrival).toOpaque())
  }

  deinit {
    rd.queue_cb_event_enable(queue, nil, nil)
    rd.queue_destroy(queue)
    _ = rd.consumer_close(client.handle)
  }

  /// The topics that can be seen, and how many partitions each has.
  public func topics() throws(KafkaError) -> [String: Int32] { try client.topics() }

  /// The offsets that the group has committed, by partition.
  public func committed(_ topic: String, _ partitions: Range<Int32>) throws(KafkaError) -> [Int32: Int64] {
    try client.committed(topic, partitions)
  }

  /// Where partitions are read without a checkpoint: where the group was, else at the beginning.
  public func places(
    _ topic: String, _ partitions: Range<Int32>, fromGroup: Bool
  ) throws(KafkaError) -> [PartitionOffset] {
    try client.places(topic, partitions, fromGroup: fromGroup)
  }

  /// Starts reading there, too.
  public func assign(_ places: [PartitionOffset]) throws(KafkaError) {
    // From here on `poll` serves the callbacks, too.
    try check(rd.poll_set_consumer(client.handle))
    try client.assign(places)
  }

  /// What has come, by partition; nothing when nothing has.
  public func poll(most: Int = 2048) throws(KafkaError) -> [Fetch] {
    let messages = withUnsafeTemporaryAllocation(
      of: UnsafeMutablePointer<rd_kafka_message_t>?.self, capacity: most
    ) { room in
      let count = rd.consume_batch_queue(queue, 0, room.baseAddress, room.count)
      return room.prefix(max(0, count)).compactMap { $0 }
    }
    var error: KafkaError?
    var order: [Int32] = []
    var parts: [Int32: [UnsafeMutablePointer<rd_kafka_message_t>]] = [:]
    for message in messages {
      guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
        error = error ?? KafkaError(message: message)
        rd.message_destroy(message)
        continue
      }
      let partition = message.pointee.partition
      if parts[partition] == nil { order.append(partition) }
      parts[partition, default: []].append(message)
    }
    let fetches = order.map { Fetch(client, partition: $0, parts[$0] ?? []) }
    if let error { throw error }
    return fetches
  }

  /// Lets the group remember offsets; does not wait for it. What could not be committed is thrown by a later call.
  public func commit(_ places: [PartitionOffset]) throws(KafkaError) {
    if let failure = client.reports.takeCommit(), !failure.isRetriable { throw failure }
    let list = PartitionOffsets(places)
    try check(rd.commit(client.handle, list.pointer, 1))
  }
}

extension Client {
  func assign(_ places: [PartitionOffset]) throws(KafkaError) {
    let list = PartitionOffsets(places)
    if let error = rd.incremental_assign(handle, list.pointer) { throw KafkaError(taking: error) }
  }
}

extension KafkaError {
  /// An error that came in place of a message.
  fileprivate init(message: UnsafeMutablePointer<rd_kafka_message_t>) {
    let text = message.pointee.payload.map {
      String(cString: $0.assumingMemoryBound(to: CChar.self))
    }
    let place = message.pointee.partition
    let offset = message.pointee.offset
    let at = place >= 0 && offset >= 0 ? "partition \(place), offset \(offset): " : ""
    self.init(message.pointee.err, text.map { "\(at)\($0)" })
  }
}
