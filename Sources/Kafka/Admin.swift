import CKafka

/// Makes topics. Every call waits for the broker.
public struct Admin: ~Copyable {
  private let client: Client

  /// Nothing is asked yet.
  public init(_ address: KafkaAddress) throws(KafkaError) {
    client = try Client(RD_KAFKA_PRODUCER, address, own: [:])
  }

  /// Makes a topic with as many partitions.
  public func create(_ topic: String, partitions: Int32) throws(KafkaError) {
    var words = [CChar](repeating: 0, count: 512)
    var request = rd.NewTopic_new(topic, partitions, -1, &words, words.count)
    guard request != nil else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG) }
    defer { rd.NewTopic_destroy(request) }
    try answer(
      to: { rd.CreateTopics(client.handle, &request, 1, nil, $0) },
      results: { rd.CreateTopics_result_topics(rd.event_CreateTopics_result($0), &$1) })
  }

  /// Gives a topic more partitions: `count` in all.
  public func grow(_ topic: String, to count: Int) throws(KafkaError) {
    var words = [CChar](repeating: 0, count: 512)
    var request = rd.NewPartitions_new(topic, count, &words, words.count)
    guard request != nil else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG) }
    defer { rd.NewPartitions_destroy(request) }
    try answer(
      to: { rd.CreatePartitions(client.handle, &request, 1, nil, $0) },
      results: { rd.CreatePartitions_result_topics(rd.event_CreatePartitions_result($0), &$1) })
  }

  /// Waits for the answer to a request, and throws what it says of each topic.
  private func answer(
    to request: (OpaquePointer) -> Void,
    results: (OpaquePointer, inout Int) -> UnsafeMutablePointer<OpaquePointer?>?
  ) throws(KafkaError) {
    guard let queue = rd.queue_new(client.handle) else { throw KafkaError(rd.last_error()) }
    defer { rd.queue_destroy(queue) }
    request(queue)
    guard let event = rd.queue_poll(queue, client.patience) else {
      throw client.explained(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT))
    }
    defer { rd.event_destroy(event) }
    try check(rd.event_error(event))
    var count = 0
    let topics = results(event, &count)
    for index in 0..<count { try check(rd.topic_result_error(topics?[index])) }
  }
}
