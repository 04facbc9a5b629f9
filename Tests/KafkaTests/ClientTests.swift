import Dispatch
import Kafka
import Testing

@testable import TestServers

@Suite struct ClientTests {
  let broker = Broker.shared

  @Test func aMessageComesAsItWasWritten() throws {
    let topic = try broker.makeTopic()
    let written = [
      Message(key: "k", value: "v", headers: [MessageHeader("a", [1, 2]), MessageHeader("b", [])]),
      Message(key: nil, value: "text with\nlines"), Message(key: "", value: ""),
      Message(key: "gone", value: nil),
    ]
    try broker.write(written, to: topic)
    let received = try Inbox(broker.address(), beginningOf: topic).read(written.count)
    #expect(received.map(\.message) == written)
    #expect(received.map(\.offset) == [0, 1, 2, 3])
  }

  @Test func aFetchOutlivesItsConsumer() throws {
    let topic = try broker.makeTopic()
    try broker.write(["kept"], to: topic)
    func fetch() throws -> Fetch {
      let arrival = DispatchSemaphore(value: 0)
      let consumer = try Consumer(broker.address(), group: nil) { arrival.signal() }
      try consumer.assign([PartitionOffset(topic, 0, 0)])
      while true {
        if let fetch = try consumer.poll().first { return fetch }
        guard arrival.wait(timeout: .now() + 30) == .success else { throw NothingCame() }
      }
    }
    #expect(Message(try fetch(), 0).value == "kept")
  }

  @Test func equalKeysShareAPartition() throws {
    let topic = try broker.makeTopic(partitions: 4)
    let keys = (0..<100).map { Message(key: "key \($0 % 10)", value: "\($0)") }
    try broker.write(keys, to: topic, partition: -1)
    let inbox = try Inbox(broker.address())
    try inbox.consumer.assign((0..<4).map { PartitionOffset(topic, $0, PartitionOffset.beginning) })
    let received = try inbox.read(100)
    let partitions = Dictionary(grouping: received, by: \.message.key).mapValues { Set($0.map(\.partition)) }
    #expect(partitions.count == 10)
    #expect(partitions.values.allSatisfy { $0.count == 1 })
    #expect(Set(received.map(\.partition)).count > 1)
  }

  @Test func aGroupRemembersOffsets() throws {
    let topic = try broker.makeTopic(partitions: 3)
    let group = "group of \(topic)"
    let consumer = try Consumer(broker.address(), group: group)
    #expect(try consumer.committed(topic, 0..<3).isEmpty)
    let producer = try Producer(broker.address(), transactionalID: "offsets of \(topic)")
    try producer.initialize()
    try producer.transaction {
      try producer.send([PartitionOffset(topic, 0, 17), PartitionOffset(topic, 2, 4)], of: group)
    }
    #expect(try consumer.committed(topic, 0..<3) == [0: 17, 2: 4])
    let places = try consumer.places(topic, 0..<3, fromGroup: true)
    #expect(places.map(\.offset) == [17, PartitionOffset.beginning, 4])
  }

  @Test func anOffsetThatIsNotThereIsAnError() throws {
    let topic = try broker.makeTopic()
    try broker.write(["only one"], to: topic)
    let inbox = try Inbox(broker.address())
    try inbox.consumer.assign([PartitionOffset(topic, 0, 1000)])
    let error = #expect(throws: KafkaError.self) { _ = try inbox.read(1) }
    #expect(error?.kind == .outOfRange)
  }

  @Test func withoutABrokerThereIsAnErrorInTime() throws {
    let port = try freePort()
    let error = #expect(throws: KafkaError.self) {
      _ = try Consumer(KafkaAddress("127.0.0.1:\(port)"), group: nil).topics()
    }
    #expect(error?.kind == .unreachable)
    #expect(error?.message.contains("127.0.0.1:\(port)") == true)
    #expect(error?.message.contains("Connection refused") == true)
    #expect(error?.isRetriable == true)
  }

  @Test func aTopicIsMadeOnce() throws {
    let topic = try broker.makeTopic(partitions: 2)
    let admin = try Admin(broker.address())
    #expect(try Producer(broker.address()).topics()[topic] == 2)
    let error = #expect(throws: KafkaError.self) { try admin.create(topic, partitions: 2) }
    #expect(error?.name == "TOPIC_ALREADY_EXISTS")
  }
}
