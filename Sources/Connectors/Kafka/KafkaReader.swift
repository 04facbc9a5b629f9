import Columns
import Engine
import Kafka

/// A topic under way. What librdkafka has read ahead is only handed on here; workers copy and decode it.
///
/// Unchecked: called by one thread at a time, as the protocol says.
final class KafkaReader: StreamReader, @unchecked Sendable {
  private let place: KafkaPlace
  private var consumer: Consumer?
  private let watch: PartitionWatch
  private let decoder: MessageDecoder
  private let commits: Bool
  /// Partitions that have not been told of, last first.
  private var news: [Int32]
  /// What has come, last first.
  private var fetched: [Fetch] = []

  init(
    _ place: KafkaPlace, _ consumer: consuming Consumer, _ watch: PartitionWatch, _ decoder: MessageDecoder,
    partitions: Int32, commits: Bool
  ) {
    self.place = place
    self.consumer = consume consumer
    self.watch = watch
    self.decoder = decoder
    self.commits = commits
    news = (0..<partitions).reversed()
  }

  func next() throws -> StreamEvent {
    if fetched.isEmpty, news.isEmpty {
      try place.told { () throws(KafkaError) in
        // In this order: what a new partition holds may come in between.
        fetched = try consumer?.poll().reversed() ?? []
        news = try watch.take().reversed()
      }
    }
    if let partition = news.popLast() { return .partition(name(partition)) }
    guard let fetch = fetched.popLast() else { return .nothing }
    return .rows(
      StreamMorsel(
        KafkaMorsel(topic: place.topic, fetch: fetch, decoder: decoder), partition: name(fetch.partition),
        position: String(fetch.offset(fetch.count - 1) + 1)))
  }

  private func name(_ partition: Int32) -> String { "\(place.topic)/\(partition)" }

  func commit(_ positions: [String: String]) throws {
    guard commits, !positions.isEmpty else { return }
    let places = positions.compactMap { name, position -> PartitionOffset? in
      guard let partition = name.split(separator: "/").last.flatMap({ Int32($0) }),
        let offset = Int64(position)
      else { return nil }
      return PartitionOffset(place.topic, partition, offset)
    }
    try place.told { () throws(KafkaError) in try consumer?.commit(places) }
  }

  func close() {
    fetched = []
    consumer = nil
  }
}

/// Messages of one partition.
struct KafkaMorsel: Morsel {
  let topic: String
  let fetch: Fetch
  let decoder: MessageDecoder

  var size: Int { fetch.size }

  func decode() throws -> Batch { try decode(leavesOut: false).batch }

  func decodeFitting() throws -> DecodedRows { try decode(leavesOut: true) }

  private func decode(leavesOut: Bool) throws -> DecodedRows {
    try decoder.decode(fetch, leavesOut: leavesOut) { position(ofRow: $0) }
  }

  func position(ofRow row: Int) -> String { "\(topic)/\(fetch.partition)/\(fetch.offset(row))" }
}
