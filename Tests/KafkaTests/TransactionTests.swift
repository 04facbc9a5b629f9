import Kafka
import Testing

@testable import TestServers

@Suite struct TransactionTests {
  let broker = Broker.shared

  struct Refused: Error {}

  private func producer(_ id: String) throws -> Producer {
    let producer = try Producer(broker.address(), transactionalID: id)
    try producer.initialize()
    return producer
  }

  @Test func whatIsCommittedIsSeen() throws {
    let topic = try broker.makeTopic()
    let producer = try producer("commits to \(topic)")
    for epoch in 1...3 {
      try producer.transaction {
        try producer.add([Message(value: "\(epoch)a"), Message(value: "\(epoch)b")], to: topic)
      }
    }
    #expect(try broker.contents(of: topic).map(\.value) == ["1a", "1b", "2a", "2b", "3a", "3b"])
  }

  @Test func whatIsAbortedIsNot() throws {
    let topic = try broker.makeTopic()
    let producer = try producer("aborts in \(topic)")
    #expect(throws: Refused.self) {
      try producer.transaction {
        try producer.add([Message(value: "never")], to: topic)
        try producer.flush()
        throw Refused()
      }
    }
    try producer.transaction { try producer.add([Message(value: "seen")], to: topic) }
    #expect(try broker.contents(of: topic).map(\.value) == ["seen"])
  }

  @Test func whatACrashedProducerLeftBehindIsNotSeen() throws {
    let topic = try broker.makeTopic()
    let crashed = try producer("crashes in \(topic)")
    try crashed.begin()
    try crashed.add([Message(value: "never")], to: topic)
    try crashed.flush()
    let next = try producer("crashes in \(topic)")
    try next.transaction { try next.add([Message(value: "seen")], to: topic) }
    #expect(try broker.contents(of: topic).map(\.value) == ["seen"])
  }

  @Test func aZombieIsFenced() throws {
    let topic = try broker.makeTopic()
    let zombie = try producer("zombie of \(topic)")
    try zombie.begin()
    try zombie.add([Message(value: "too late")], to: topic)
    let next = try producer("zombie of \(topic)")
    try next.transaction { try next.add([Message(value: "seen")], to: topic) }
    let error = #expect(throws: KafkaError.self) { try zombie.commit() }
    #expect(error?.kind == .fenced)
    #expect(error?.isFatal == true)
    #expect(try broker.contents(of: topic).map(\.value) == ["seen"])
  }

  @Test func offsetsAreCommittedWithTheirMessages() throws {
    let topic = try broker.makeTopic()
    let group = "group of \(topic)"
    let producer = try producer("offsets with \(topic)")
    let consumer = try Consumer(broker.address(), group: group)
    #expect(throws: Refused.self) {
      try producer.transaction {
        try producer.send([PartitionOffset(topic, 0, 1)], of: group)
        throw Refused()
      }
    }
    #expect(try consumer.committed(topic, 0..<1).isEmpty)
    try producer.transaction { try producer.send([PartitionOffset(topic, 0, 2)], of: group) }
    #expect(try consumer.committed(topic, 0..<1) == [0: 2])
  }
}
