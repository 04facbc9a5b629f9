import Columns
import Connectors
import Engine
import Formats
import Kafka
import Testing

@testable import TestServers

@Suite struct SinkTests {
  let broker = Broker.shared

  private let names = ComputedColumn(FieldSchema("", .string, isOptional: true)) { $0.columns[1] }
  private let ids = ComputedColumn(FieldSchema("", .int)) { $0.columns[0] }
  private let isOdd = ComputedColumn(FieldSchema("", .bool)) { batch in
    let ids = batch.columns[0].int64s
    return Column(count: batch.count, storage: .bits(Bitmap(count: batch.count) { ids[$0] % 2 == 1 }))
  }

  @Test func anEpochIsWrittenOnce() throws {
    let topic = try broker.makeTopic()
    let output = try broker.sink(topic).open(run: topic, after: 0)
    try output.apply(1, [Person(1, "Ada"), Person(2)])
    try output.apply(1, [Person(1, "Ada"), Person(2)])
    try output.apply(2, [])
    try output.apply(3, [Person(3)])
    try output.close(isComplete: true)
    #expect(
      try broker.contents(of: topic).map(\.value) == [
        #"{"id":1,"name":"Ada"}"#, #"{"id":2,"name":null}"#, #"{"id":3,"name":null}"#,
      ])
  }

  @Test func afterACrashTheLastEpochIsWrittenOnce() throws {
    let topic = try broker.makeTopic()
    let sink = broker.sink(topic)
    // The checkpoint is there, the epoch is not.
    _ = try sink.open(run: topic, after: 0)
    try sink.open(run: topic, after: 1).apply(1, [Person(1)])
    // The epoch is there, but nobody has noted it.
    let output = try sink.open(run: topic, after: 1)
    try output.apply(1, [Person(1)])
    try output.apply(2, [Person(2)])
    #expect(try broker.contents(of: topic).count == 2)
  }

  @Test func sinksOfOneTopicAndRunsOfOneSinkKeepTheirOwnEpochs() throws {
    let topic = try broker.makeTopic()
    try broker.sink(topic, name: "a").open(run: "1 of \(topic)", after: 0).apply(1, [Person(1)])
    try broker.sink(topic, name: "b").open(run: "1 of \(topic)", after: 0).apply(1, [Person(2)])
    try broker.sink(topic, name: "a").open(run: "2 of \(topic)", after: 0).apply(1, [Person(3)])
    #expect(try broker.contents(of: topic).count == 3)
  }

  @Test func aZombieWritesNothing() throws {
    let topic = try broker.makeTopic()
    let zombie = try broker.sink(topic).open(run: topic, after: 0)
    try zombie.apply(1, [Person(1)])
    let output = try broker.sink(topic).open(run: topic, after: 1)
    let fault = #expect(throws: RowFault.self) { try zombie.apply(2, [Person(-2)]) }
    #expect(fault?.help == "one run writes at a time: stop the other one, or this one")
    try output.apply(2, [Person(2)])
    #expect(
      try broker.contents(of: topic).map(\.value) == [#"{"id":1,"name":null}"#, #"{"id":2,"name":null}"#])
  }

  @Test func aRunThatIsBehindItsTopicIsRefused() throws {
    let topic = try broker.makeTopic()
    let output = try broker.sink(topic).open(run: topic, after: 0)
    try output.apply(1, [Person(1)])
    try output.apply(2, [Person(2)])
    let fault = #expect(throws: RowFault.self) { try broker.sink(topic).open(run: topic, after: 1) }
    #expect(
      fault?.message == "the topic holds epoch 2 of the run `\(topic)`, which goes on after epoch 1")
  }

  @Test func keysAreTextsOrAsTheyAreWritten() throws {
    let topic = try broker.makeTopic()
    let pair = ComputedColumn(
      FieldSchema("", .structure([ColumnField("id", .int), ColumnField("name", .string, isOptional: true)]))
    ) { Column(count: $0.count, storage: .structure($0.columns)) }
    let date = ComputedColumn(FieldSchema("", .date)) { batch in
      Column(count: batch.count, storage: .int32(Buffer(repeating: 19_000, count: batch.count)))
    }
    for (number, key) in [names, ids, pair, date].enumerated() {
      let sink = broker.sink(topic, name: "by key \(number)", write: .append(key: key))
      try sink.open(run: topic, after: 0).apply(1, [Person(1, "Ada \"A\""), Person(2)])
    }
    #expect(
      try broker.contents(of: topic).map(\.key) == [
        "Ada \"A\"", nil, "1", "2", #"{"id":1,"name":"Ada \"A\""}"#, #"{"id":2,"name":null}"#, "2022-01-08",
        "2022-01-08",
      ])
  }

  @Test func anUpsertDeletesByATombstone() throws {
    let topic = try broker.makeTopic()
    let sink = broker.sink(topic, write: .upsert(by: ids, delete: isOdd))
    try sink.open(run: topic, after: 0).apply(1, [Person(1, "gone"), Person(2, "kept")])
    #expect(
      try broker.contents(of: topic) == [
        Message(key: "1", value: nil), Message(key: "2", value: #"{"id":2,"name":"kept"}"#),
      ])
  }

  @Test func anUpsertWithoutAKeyIsAFault() throws {
    let topic = try broker.makeTopic()
    let output = try broker.sink(topic, write: .upsert(by: names, delete: nil)).open(run: topic, after: 0)
    #expect(throws: RowFault.self) { try output.encode(Person.batch([Person(1)])) }
  }

  @Test func aMessageThatIsTooLargeIsAFaultBeforeItsEpochIsComplete() throws {
    let topic = try broker.makeTopic()
    let output = try broker.sink(topic, options: "?message.max.bytes=2000").open(run: topic, after: 0)
    _ = try output.encode(Person.batch([Person(1, String(repeating: "a", count: 1800))]))
    let fault = #expect(throws: RowFault.self) {
      try output.encode(Person.batch([Person(1, String(repeating: "a", count: 1900))]))
    }
    #expect(fault?.help?.contains("message.max.bytes") == true)
  }

  @Test func bytesAreWrittenAsTheyAre() throws {
    let topic = try broker.makeTopic()
    let sink = KafkaSink(
      name: "out", url: broker.url, topic: topic, format: .bytes,
      schema: TableSchema(columns: [FieldSchema("value", .bytes)], isRecord: false), write: .append(key: nil))
    let output = try sink.open(run: topic, after: 0)
    let arena = TextArena()
    let column = Column(
      count: 3,
      storage: .text(
        Buffer(["short", "", "longer than a view has room"].map { arena.add($0) }), owners: [arena]))
    try output.apply(1, MemoryChunks(chunks: [try output.encode(Batch(count: 3, columns: [column]))]))
    #expect(try broker.contents(of: topic).map(\.value) == ["short", "", "longer than a view has room"])
  }

  @Test func aBatchIsVisibleWhenItIsPublished() throws {
    let topic = try broker.makeTopic()
    let dropped = try broker.sink(topic).open()
    try dropped.append(try dropped.encode(Person.batch([Person(-1)])))
    try dropped.finish()
    dropped.discard()
    let output = try broker.sink(topic).open()
    try output.append(try output.encode(Person.batch([Person(1), Person(2)])))
    try output.append(try output.encode(Person.batch([Person(3)])))
    try output.finish()
    #expect(try broker.contents(of: topic).isEmpty)
    try output.publish()
    let values = try broker.contents(of: topic).map(\.value)
    #expect(values == (1...3).map { #"{"id":\#($0),"name":null}"# })
  }

  @Test func aTopicThatIsNotThereIsAFault() {
    #expect(throws: RowFault.self) { try broker.sink("no-such-topic").open(run: "r", after: 0) }
    #expect(throws: RowFault.self) { try broker.sink("no-such-topic").open() }
  }
}
