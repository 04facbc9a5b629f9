import Columns
public import Engine
public import Formats
import Kafka

/// Rows as the messages of a topic: of a stream each epoch in a transaction of its own, of a batch all in one.
public struct KafkaSink: EpochSink, RowSink {
  /// What is written of a row.
  public enum Write: Sendable {
    /// A message, with a key where one is given.
    case append(key: ComputedColumn?)
    /// A message under a key; one without a value, which deletes the key, where `delete` holds.
    case upsert(by: ComputedColumn, delete: ComputedColumn?)
  }

  private let name: String
  private let place: KafkaPlace
  private let format: MessageFormat
  private let headers: MessageHeaders
  private let write: Write

  /// Nothing is asked before `open`.
  /// - Parameters:
  ///   - name: The sink's own, stable over restarts: with the run's it names the transactions.
  ///   - url: `broker:9092`, or `kafka://one:9092,two:9092?option=value`; never shown but for the brokers. The
  ///     standard one of this machine where there is none.
  ///   - headers: The names of the headers that columns go to, by the number of the column.
  public init(
    name: String, url: String?, topic: String, format: MessageFormat, schema: TableSchema,
    headers: [Int: String] = [:], write: Write
  ) {
    self.name = name
    place = KafkaPlace(url: url, topic: topic)
    self.format = format
    self.headers = MessageHeaders(headers, of: schema)
    self.write = write
  }

  /// Fences whoever else writes for the run, and asks which epoch is the last in the topic.
  public func open(run: String, after epoch: Int) throws -> any EpochOutput {
    let id = "thalweg.\(run).\(name)"
    let address = try place.address()
    let producer = try producer(id)
    let marked = try place.told { () throws(KafkaError) in
      try Consumer(address, group: id).committed(place.topic, 0..<1)[0] ?? 0
    }
    guard marked <= epoch else {
      throw place.fault(
        "the topic holds epoch \(marked) of the run `\(run)`, which goes on after epoch \(epoch)",
        help: "its newest checkpoints are lost: begin a new run, with a name of its own")
    }
    let encoder = encoder(producer.largestMessage)
    return KafkaEpochOutput(place, producer, encoder, group: id, visible: Int(marked))
  }

  /// Checks that the topic is there.
  public func open() throws -> any StagedOutput {
    let producer = try producer("thalweg.batch.\(String(UInt64.random(in: 0 ... .max), radix: 36))")
    let encoder = encoder(producer.largestMessage)
    return KafkaStagedOutput(place, producer, encoder)
  }

  private func producer(_ id: String) throws -> Producer {
    let address = try place.address()
    let producer = try place.told { () throws(KafkaError) in
      try Producer(address, transactionalID: id)
    }
    _ = try place.partitionCount(
      among: try place.told { () throws(KafkaError) in try producer.topics() })
    try place.told { () throws(KafkaError) in try producer.initialize() }
    return producer
  }

  private func encoder(_ largest: Int) -> MessageEncoder {
    switch write {
    case .append(let key):
      MessageEncoder(
        format, headers: headers, key: key, deletes: nil, requiresKey: false, largestMessage: largest)
    case .upsert(let key, let deletes):
      MessageEncoder(
        format, headers: headers, key: key, deletes: deletes, requiresKey: true, largestMessage: largest)
    }
  }
}
