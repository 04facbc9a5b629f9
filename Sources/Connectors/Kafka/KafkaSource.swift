public import Engine
public import Formats
import Kafka

/// The messages of a topic, each of its partitions a partition of the stream. Positions are the offsets of what comes
/// next. Only what has been committed is read.
public struct KafkaSource: StreamSource {
  private let place: KafkaPlace
  private let group: String?
  private let decoder: MessageDecoder

  /// Nothing is asked before `open`.
  /// - Parameters:
  ///   - url: `broker:9092`, or `kafka://one:9092,two:9092?option=value`; never shown but for the brokers. The
  ///     standard one of this machine where there is none.
  ///   - group: Remembers how far a run has come, and is where a new one begins; without one it is the beginning.
  ///   - headers: The names of the headers that columns stand in, by the number of the column.
  ///   - needed: Which columns anything reads; all of them when nil.
  public init(
    url: String?, topic: String, group: String?, format: MessageFormat, schema: TableSchema,
    headers: [Int: String] = [:], needed: [Bool]? = nil
  ) {
    place = KafkaPlace(url: url, topic: topic)
    self.group = group
    decoder = MessageDecoder(
      format, schema: schema, headers: MessageHeaders(headers, of: schema), needed: needed)
  }

  /// Asks the brokers for the topic, and starts reading ahead.
  public func open(after positions: [String: String], arrivals: Arrivals) throws -> any StreamReader {
    let address = try place.address()
    let consumer = try place.told { () throws(KafkaError) in
      try Consumer(address, group: group) { arrivals.signal() }
    }
    let count = try place.partitionCount(
      among: try place.told { () throws(KafkaError) in try consumer.topics() })
    var offsets: [Int32: Int64] = [:]
    for (name, position) in positions {
      let partition = name.split(separator: "/").last.flatMap { Int32($0) }
      guard let partition, let offset = Int64(position), name == "\(place.topic)/\(partition)" else {
        throw place.fault(
          "the checkpoint holds `\(name)` at `\(position)`, which is no place in the topic",
          help: "a run goes on with the topic that it began with: begin a new one")
      }
      guard partition < count else {
        throw place.fault(
          "partition \(partition) is gone: the topic has \(count)",
          help: "the topic was made anew: begin a new run")
      }
      offsets[partition] = offset
    }
    let started = try place.told { () throws(KafkaError) in
      let places = try consumer.places(place.topic, 0..<count, fromGroup: group != nil)
      try consumer.assign(
        places.map { PartitionOffset($0.topic, $0.partition, offsets[$0.partition] ?? $0.offset) })
      return PartitionWatch(
        consumer, topic: place.topic, count: count, hasGroup: group != nil, onNews: { arrivals.signal() })
    }
    return KafkaReader(
      place, consumer, started, decoder, partitions: count, commits: group != nil)
  }
}
