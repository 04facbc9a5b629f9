import Columns
import Connectors
import Formats
import Kafka
import Testing

@testable import Engine
@testable import TestServers

@Suite struct SourceTests {
  let broker = Broker.shared
  let arrivals = Arrivals()

  @Test func rowsKnowTheirPartitionAndOffset() throws {
    let topic = try broker.makeTopic(partitions: 2)
    try broker.write([#"{"id": 1, "name": "Ada"}"#, "{\n  \"id\": 2\n}"], to: topic, partition: 0)
    try broker.write([#"{"id": 3, "name": "a name that is longer than a view"}"#], to: topic, partition: 1)
    let reader = try broker.people(topic).open(after: [:], arrivals: arrivals)
    var log = StreamLog()
    try log.read(reader, arrivals, messages: 3)
    #expect(
      Set(log.people) == [Person(1, "Ada"), Person(2), Person(3, "a name that is longer than a view")])
    #expect(log.places.sorted() == ["\(topic)/0/0", "\(topic)/0/1", "\(topic)/1/0"])
    #expect(log.positions == ["\(topic)/0": "2", "\(topic)/1": "1"])
    #expect(log.partitions == ["\(topic)/0", "\(topic)/1"])
    reader.close()
  }

  @Test func readingGoesOnAfterThePositions() throws {
    let topic = try broker.makeTopic()
    try broker.write((0..<10).map { #"{"id": \#($0)}"# }, to: topic)
    let reader = try broker.people(topic).open(after: ["\(topic)/0": "7"], arrivals: arrivals)
    var log = StreamLog()
    try log.read(reader, arrivals, messages: 3)
    #expect(log.people.map(\.id) == [7, 8, 9])
    reader.close()
  }

  @Test func aNewRunBeginsWhereItsGroupWas() throws {
    let topic = try broker.makeTopic()
    let group = "group of \(topic)"
    try broker.write((0..<4).map { #"{"id": \#($0)}"# }, to: topic)
    let first = try broker.people(topic, group: group).open(after: [:], arrivals: arrivals)
    var log = StreamLog()
    try log.read(first, arrivals, messages: 4)
    try first.commit(["\(topic)/0": "3"])
    first.close()
    let second = try broker.people(topic, group: group).open(after: [:], arrivals: arrivals)
    log = StreamLog()
    try log.read(second, arrivals, messages: 1)
    #expect(log.people.map(\.id) == [3])
    second.close()
    // What a checkpoint says comes first.
    let third = try broker.people(topic, group: group).open(after: ["\(topic)/0": "1"], arrivals: arrivals)
    log = StreamLog()
    try log.read(third, arrivals, messages: 3)
    #expect(log.people.map(\.id) == [1, 2, 3])
    third.close()
  }

  @Test func whatIsNoRowIsToldWithItsOffset() throws {
    let topic = try broker.makeTopic()
    let messages = [#"{"id": 1}"#, "", "{", #"{"id": "x"}"#, #"{"id": 5} 6"#, #"{"id": 6}"#]
    try broker.write(messages.map { Message(value: $0) } + [Message(key: "k", value: nil)], to: topic)
    let reader = try broker.people(topic).open(after: [:], arrivals: arrivals)
    var log = StreamLog()
    try log.read(reader, arrivals, messages: 7)
    #expect(log.people.map(\.id) == [1, 6])
    #expect(log.places == ["\(topic)/0/0", "\(topic)/0/5"])
    #expect(
      log.refused == [
        "\(topic)/0/1: expected JSON, found an empty text",
        "\(topic)/0/2: the text ends too early, found the end",
        "\(topic)/0/3: expected an `Int`, found \"x\"",
        "\(topic)/0/4: expected nothing after the value, found \"6\"",
        "\(topic)/0/6: expected JSON, found no value",
      ])
    reader.close()
  }

  @Test func theFirstThatIsNoRowIsThrownWhereNobodyTakesIt() throws {
    let topic = try broker.makeTopic()
    try broker.write([#"{"id": 1}"#, "[]"], to: topic)
    let reader = try broker.people(topic).open(after: ["\(topic)/0": "1"], arrivals: arrivals)
    defer { reader.close() }
    while true {
      switch try reader.next() {
      case .rows(let rows):
        let fault = #expect(throws: RowFault.self) { try rows.morsel.decode() }
        #expect(fault?.position == "\(topic)/0/1")
        return
      default: arrivals.wait(nanoseconds: 1_000_000_000)
      }
    }
  }

  @Test(arguments: [ColumnType.bytes, .string])
  func bytesAreRowsAsTheyAre(type: ColumnType) throws {
    let topic = try broker.makeTopic()
    try broker.write([Message(value: "plain"), Message(value: ""), Message(value: nil)], to: topic)
    let source = KafkaSource(
      url: broker.url, topic: topic, group: nil, format: .bytes,
      schema: TableSchema(columns: [FieldSchema("value", type)], isRecord: false))
    let reader = try source.open(after: [:], arrivals: arrivals)
    defer { reader.close() }
    var values: [String] = []
    var refused: [String] = []
    while values.count + refused.count < 3 {
      guard case .rows(let rows) = try reader.next() else {
        arrivals.wait(nanoseconds: 1_000_000_000)
        continue
      }
      let decoded = try rows.morsel.decodeFitting()
      values += decoded.batch.columns[0].texts.values.map(\.string)
      refused += decoded.refused.map { "\($0.fault.position): \($0.fault.message)" }
    }
    #expect(values == ["plain", ""])
    #expect(refused == ["\(topic)/0/2: the message has no value"])
  }

  @Test func partitionsThatComeLaterAreReadFromTheirBeginning() throws {
    let topic = try broker.makeTopic()
    let source = broker.people(topic, options: "?topic.metadata.refresh.interval.ms=50")
    let reader = try source.open(after: [:], arrivals: arrivals)
    var log = StreamLog()
    try log.read(reader, arrivals) { $0.partitions.count == 1 }
    try Admin(broker.address()).grow(topic, to: 3)
    try broker.write([#"{"id": 1}"#], to: topic, partition: 2)
    try log.read(reader, arrivals, messages: 1)
    #expect(log.partitions == ["\(topic)/0", "\(topic)/1", "\(topic)/2"])
    #expect(log.places == ["\(topic)/2/0"])
    reader.close()
  }

  @Test func onlyCommittedMessagesAreRows() throws {
    let topic = try broker.makeTopic()
    let producer = try Producer(broker.address(), transactionalID: "some of \(topic)")
    try producer.initialize()
    try producer.begin()
    try producer.add([Message(value: #"{"id": 1}"#)], to: topic)
    try producer.flush()
    try producer.abort()
    try producer.transaction { try producer.add([Message(value: #"{"id": 2}"#)], to: topic) }
    try broker.write([#"{"id": 3}"#], to: topic)
    let reader = try broker.people(topic).open(after: [:], arrivals: arrivals)
    var log = StreamLog()
    try log.read(reader, arrivals, messages: 2)
    #expect(log.people.map(\.id) == [2, 3])
    reader.close()
  }

  @Test func aTopicThatIsNotThereIsAFault() throws {
    let topic = try broker.makeTopic()
    let fault = #expect(throws: RowFault.self) {
      try broker.people(topic + "s").open(after: [:], arrivals: arrivals)
    }
    #expect(fault?.message == "there is no topic `\(topic)s`, or it may not be seen")
    #expect(fault?.help == "did you mean `\(topic)`?")
  }

  @Test func aBrokerThatIsNotThereIsAFault() throws {
    let port = try freePort()
    let source = KafkaSource(
      url: "kafka://127.0.0.1:\(port)?sasl.password=geheim", topic: "t", group: nil, format: .json,
      schema: personSchema)
    let fault = #expect(throws: RowFault.self) { try source.open(after: [:], arrivals: arrivals) }
    #expect(fault?.message.contains("Connection refused") == true)
    #expect(fault?.message.contains("geheim") == false)
    #expect(fault?.help == "is the broker up, and is this its address?")
  }

  @Test func anOptionThatIsMisspeltIsAFault() throws {
    let fault = #expect(throws: RowFault.self) {
      try broker.people("t", options: "?sasl.pasword=geheim").open(after: [:], arrivals: arrivals)
    }
    #expect(fault?.help == "did you mean `sasl.password`?")
  }

  @Test(arguments: [["other/0": "1"], ["T/7": "1"], ["T/0": "one"]])
  func positionsOfAnotherTopicAreAFault(positions: [String: String]) throws {
    let topic = try broker.makeTopic()
    let positions = Dictionary(
      uniqueKeysWithValues: positions.map { ($0.replacing("T", with: topic), $1) })
    #expect(throws: RowFault.self) { try broker.people(topic).open(after: positions, arrivals: arrivals) }
  }

  @Test func brokersThatGoAwayAreAFault() throws {
    let broker = try Broker()
    let topic = try broker.makeTopic()
    let reader = try broker.people(
      topic, options: "?topic.metadata.refresh.interval.ms=50&socket.timeout.ms=1000"
    )
    .open(after: [:], arrivals: arrivals)
    broker.stop()
    var log = StreamLog()
    let fault = #expect(throws: RowFault.self) { try log.read(reader, arrivals) { _ in false } }
    #expect(fault?.help == "is the broker up, and is this its address?")
    reader.close()
  }

  @Test func manyMessagesComeEachOnceAndInOrder() throws {
    let topic = try broker.makeTopic(partitions: 4)
    let count = 200_000
    let producer = try Producer(broker.address())
    let target = try producer.topic(topic)
    for id in 0..<count {
      try Array(#"{"id":\#(id),"name":"some name or other"}"#.utf8).withUnsafeBytes {
        try target.produce(key: nil, value: $0, partition: Int32(id % 4))
      }
    }
    try producer.flush()
    let reader = try broker.people(topic).open(after: [:], arrivals: arrivals)
    var log = StreamLog()
    try log.read(reader, arrivals, messages: count)
    #expect(log.people.map(\.id).sorted() == Array(0..<Int64(count)))
    for partition in 0..<4 {
      let ids = log.people.map(\.id).filter { $0 % 4 == partition }
      #expect(ids == ids.sorted())
    }
    reader.close()
  }
}
