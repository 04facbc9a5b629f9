import Columns
import Connectors
import Formats
import Kafka

@testable import Engine
@testable import TestServers

/// A record of a number and a name.
let personSchema = TableSchema(columns: [
  FieldSchema("id", .int), FieldSchema("name", .string, isOptional: true),
])

/// A person, or the lack of one.
struct Person: Hashable {
  let id: Int64
  let name: String?

  init(_ id: Int64, _ name: String? = nil) {
    self.id = id
    self.name = name
  }

  static func batch(_ people: [Person]) -> Batch {
    let arena = TextArena()
    let names = Buffer(people.map { $0.name.map { arena.add($0) } ?? TextView() })
    let validity = Bitmap(count: people.count) { people[$0].name != nil }
    return Batch(
      count: people.count,
      columns: [
        Column(count: people.count, storage: .int64(Buffer(people.map(\.id)))),
        Column(count: people.count, validity: validity, storage: .text(names, owners: [arena])),
      ])
  }

  static func all(_ batch: Batch) -> [Person] {
    (0..<batch.count).map { row in
      let name = batch.columns[1]
      return Person(
        batch.columns[0].int64s[row], name.isPresent(row) ? name.texts[row].string : nil)
    }
  }
}

/// What a reader of people has said.
struct StreamLog {
  var people: [Person] = []
  /// The places of the people.
  var places: [String] = []
  /// Place and problem of what is no person.
  var refused: [String] = []
  var positions: [String: String] = [:]
  var partitions: [String] = []

  /// Asks until so many messages have come.
  mutating func read(_ reader: any StreamReader, _ arrivals: Arrivals, messages: Int) throws {
    let goal = places.count + refused.count + messages
    try read(reader, arrivals) { $0.places.count + $0.refused.count >= goal }
  }

  /// Asks until `isDone`.
  mutating func read(
    _ reader: any StreamReader, _ arrivals: Arrivals, until isDone: (StreamLog) -> Bool
  ) throws {
    let end = ContinuousClock.now + .seconds(30)
    while !isDone(self) {
      switch try reader.next() {
      case .rows(let rows):
        let decoded = try rows.morsel.decodeFitting()
        people += Person.all(decoded.batch)
        let numbers = decoded.fitting
        places += (0..<decoded.batch.count).map { row in
          rows.morsel.position(ofRow: numbers.map { Int($0[row]) } ?? row)
        }
        refused += decoded.refused.map { "\($0.fault.position): \($0.fault.message)" }
        positions[rows.partition] = rows.position()
      case .partition(let name): partitions.append(name)
      case .nothing:
        guard ContinuousClock.now < end else { throw NothingCame() }
        arrivals.wait(nanoseconds: 1_000_000_000)
      case .partitionEnded, .end: break
      }
    }
  }
}

extension Broker {
  /// People of a topic.
  func people(_ topic: String, group: String? = nil, options: String = "") -> KafkaSource {
    KafkaSource(url: url + options, topic: topic, group: group, format: .json, schema: personSchema)
  }

  /// Where people go.
  func sink(
    _ topic: String, name: String = "out", write: KafkaSink.Write = .append(key: nil), options: String = ""
  ) -> KafkaSink {
    KafkaSink(
      name: name, url: url + options, topic: topic, format: .json, schema: personSchema, write: write)
  }
}

/// Chunks in memory.
struct MemoryChunks: SpooledChunks {
  let chunks: [[UInt8]]

  func forEach(_ body: ([UInt8]) throws -> Void) throws { try chunks.forEach(body) }
  var size: Int { chunks.reduce(0) { $0 + $1.count } }
}

extension EpochOutput {
  /// Applies an epoch with these people, each in a chunk of its own.
  func apply(_ epoch: Int, _ people: [Person]) throws {
    try apply(epoch, MemoryChunks(chunks: people.map { try encode(Person.batch([$0])) }))
  }
}
