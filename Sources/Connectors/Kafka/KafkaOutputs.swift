import Columns
import Engine
import Kafka

/// A stream's topic. The number of the epoch goes into its transaction, as an offset that a group commits: so an epoch
/// that is there already is known, and not written again.
///
/// Unchecked: `encode` touches only constants, and everything else is called by one thread at a time.
final class KafkaEpochOutput: EpochOutput, @unchecked Sendable {
  private let place: KafkaPlace
  private let producer: Producer
  private let encoder: MessageEncoder
  private let group: String
  /// The newest epoch in the topic.
  private var visible: Int

  init(
    _ place: KafkaPlace, _ producer: consuming Producer, _ encoder: MessageEncoder, group: String,
    visible: Int
  ) {
    self.place = place
    self.producer = producer
    self.encoder = encoder
    self.group = group
    self.visible = visible
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try encoder.encode(batch) }

  func apply(_ epoch: Int, _ chunks: any SpooledChunks) throws {
    guard epoch > visible, chunks.size > 0 else { return }
    do {
      let topic = try producer.topic(place.topic)
      try producer.transaction {
        try chunks.forEach { chunk in try chunk.withUnsafeBytes { try topic.produce(frames: $0) } }
        try producer.send([PartitionOffset(place.topic, 0, Int64(epoch))], of: group)
      }
    } catch let error as KafkaError { throw place.fault(error) }
    visible = epoch
  }

  func close(isComplete: Bool) {}
}

/// A batch's messages, all in one transaction when they are published.
///
/// Unchecked: `encode` touches only constants, and everything else is called by one worker at a time.
final class KafkaStagedOutput: StagedOutput, @unchecked Sendable {
  private let place: KafkaPlace
  private let producer: Producer
  private let encoder: MessageEncoder
  private let location: Location
  private var spool = Spool()

  init(_ place: KafkaPlace, _ producer: consuming Producer, _ encoder: MessageEncoder) {
    self.place = place
    self.producer = producer
    self.encoder = encoder
    location = Location(place.topic, base: "")
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try encoder.encode(batch) }

  func append(_ bytes: [UInt8]) throws { try spool.append(bytes, location) }

  func finish() {}

  func publish() throws {
    do {
      let topic = try producer.topic(place.topic)
      try producer.transaction {
        try spool.forEachPiece(location) { try topic.produce(frames: $0) }
      }
    } catch let error as KafkaError { throw place.fault(error) }
    discard()
  }

  func discard() { spool = Spool() }
}

extension ProducerTopic {
  /// Writes framed messages.
  fileprivate borrowing func produce(frames: UnsafeRawBufferPointer) throws {
    try MessageFrames(frames).forEach { try produce(key: $0, value: $1, headers: $2) }
  }
}
