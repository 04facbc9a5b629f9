import CKafka

/// Writes messages, each once and in order. With a transactional id only within transactions: see `begin`.
///
/// Every call may wait for a broker.
public struct Producer: ~Copyable {
  private let client: Client

  /// Makes a producer.
  /// - Parameter transactionalID: Of those that share one, only the newest writes.
  public init(_ address: KafkaAddress, transactionalID: String? = nil) throws(KafkaError) {
    var own = ["enable.idempotence": "true", "delivery.report.only.error": "true"]
    if let transactionalID { own["transactional.id"] = transactionalID }
    client = try Client(
      RD_KAFKA_PRODUCER, address,
      defaults: [
        "queue.buffering.max.kbytes": "65536", "queue.buffering.max.messages": "1000000",
        // As most other clients do it: equal keys then share a partition, whoever wrote them.
        "partitioner": "murmur2_random", "transaction.timeout.ms": "300000",
      ], own: own)
  }

  /// The topics that can be seen, and how many partitions each has.
  public func topics() throws(KafkaError) -> [String: Int32] {
    try client.topics()
  }

  /// Bytes of the largest message.
  public var largestMessage: Int { client.largestMessage }

  /// A topic to write to.
  public func topic(_ name: String) throws(KafkaError) -> ProducerTopic {
    ProducerTopic(client, try Topic(client, name))
  }

  /// Waits until all messages are delivered.
  public func flush() throws(KafkaError) {
    let code = rd.flush(client.handle, client.patience)
    if let failed = client.reports.takeDelivery() { throw client.explained(failed) }
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw explained(KafkaError(code)) }
  }

  private func explained(_ error: KafkaError) -> KafkaError {
    // Serves the callback that knows why.
    _ = rd.poll(client.handle, 0)
    return client.explained(error)
  }

  // MARK: Transactions

  /// Ends what an earlier producer of this id has left behind, and fences it. Once, before all transactions.
  public func initialize() throws(KafkaError) {
    try retrying { rd.init_transactions(client.handle, $0) }
  }

  /// Begins a transaction.
  public func begin() throws(KafkaError) {
    _ = client.reports.takeDelivery()
    if let error = rd.begin_transaction(client.handle) { throw KafkaError(taking: error) }
  }

  /// Makes offsets of a group part of the transaction.
  public func send(_ offsets: [PartitionOffset], of group: String) throws(KafkaError) {
    let list = PartitionOffsets(offsets)
    let metadata = rd.consumer_group_metadata_new(group)
    defer { rd.consumer_group_metadata_destroy(metadata) }
    try retrying { rd.send_offsets_to_transaction(client.handle, list.pointer, metadata, $0) }
  }

  /// Makes all messages and offsets of the transaction visible at once. When no broker answers in time, it is open
  /// whether they are.
  public func commit() throws(KafkaError) {
    _ = rd.flush(client.handle, client.patience)
    try retrying { rd.commit_transaction(client.handle, $0) }
  }

  /// Drops the transaction.
  public func abort() throws(KafkaError) {
    try retrying { rd.abort_transaction(client.handle, $0) }
  }

  /// Does `body` within a transaction, and all of it again where Kafka could not finish it. What `body` throws drops
  /// the transaction.
  public func transaction(_ body: () throws -> Void) throws {
    var attempts = 3
    while true {
      attempts -= 1
      try begin()
      do {
        try body()
      } catch let error as KafkaError where attempts > 0 && error.mayPass {
        try abort()
        continue
      } catch {
        try? abort()
        throw error
      }
      do throws(KafkaError) { return try commit() } catch {
        guard error.requiresAbort else { throw error }
        try abort()
        if attempts == 0 { throw error }
      }
    }
  }

  /// Calls until it succeeds, can't succeed, or the time is up.
  private func retrying(_ call: (Int32) -> OpaquePointer?) throws(KafkaError) {
    let end = ContinuousClock.now + .milliseconds(client.patience)
    while true {
      let left = (end - .now) / .milliseconds(1)
      guard let failed = call(Int32(max(left, 1))) else { return }
      let error = KafkaError(taking: failed)
      guard error.isRetriable, ContinuousClock.now < end else { throw explained(error) }
      _ = rd.poll(client.handle, 100)
    }
  }
}

extension KafkaError {
  /// Whether another transaction may do better.
  fileprivate var mayPass: Bool {
    !isFatal && (requiresAbort || isRetriable || name == "_STATE")
  }
}

/// A topic to write to.
public struct ProducerTopic: ~Copyable {
  private let client: Client
  private let topic: Topic

  init(_ client: Client, _ topic: consuming Topic) {
    self.client = client
    self.topic = topic
  }

  /// Adds a message to what is sent, copied; waits while too much is under way.
  /// - Parameters:
  ///   - value: nil for a tombstone.
  ///   - partition: As the key says where none is given.
  public func produce(
    key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: [MessageHeader] = [],
    partition: Int32 = RD_KAFKA_PARTITION_UA
  ) throws(KafkaError) {
    let list = Self.headers(headers)
    while true {
      let failed = withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 6) { parts in
        parts.initialize(repeating: rd_kafka_vu_t())
        parts[0].vtype = RD_KAFKA_VTYPE_RKT
        parts[0].u.rkt = topic.pointer
        parts[1].vtype = RD_KAFKA_VTYPE_PARTITION
        parts[1].u.i32 = partition
        parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS
        parts[2].u.i = RD_KAFKA_MSG_F_COPY
        parts[3].vtype = RD_KAFKA_VTYPE_KEY
        Self.set(&parts[3], key)
        parts[4].vtype = RD_KAFKA_VTYPE_VALUE
        Self.set(&parts[4], value)
        parts[5].vtype = RD_KAFKA_VTYPE_HEADERS
        parts[5].u.headers = list
        return rd.produceva(client.handle, parts.baseAddress, list == nil ? 5 : 6)
      }
      guard let failed else { return }
      let error = KafkaError(taking: failed)
      guard error.name == "_QUEUE_FULL" else {
        if let list { rd.headers_destroy(list) }
        throw error
      }
      _ = rd.poll(client.handle, 100)
    }
  }

  /// Nothing at an address is not the same as no address.
  private static func set(_ part: inout rd_kafka_vu_t, _ bytes: UnsafeRawBufferPointer?) {
    guard let bytes else { return }
    part.u.mem.ptr = UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? Self.somewhere
    part.u.mem.size = bytes.count
  }

  private nonisolated(unsafe) static let somewhere = UnsafeMutableRawPointer.allocate(
    byteCount: 1, alignment: 1)

  /// A list that librdkafka takes over with the message.
  private static func headers(_ headers: [MessageHeader]) -> OpaquePointer? {
    if headers.isEmpty { return nil }
    let list = rd.headers_new(headers.count)
    for header in headers {
      header.name.withCString { name in
        _ = (header.value ?? []).withUnsafeBytes { bytes in
          let start = header.value == nil ? nil : bytes.baseAddress ?? UnsafeRawPointer(Self.somewhere)
          return rd.header_add(list, name, -1, start, bytes.count)
        }
      }
    }
    return list
  }
}
