import CKafka
import Testing

@testable import Kafka
@testable import TestServers

@Suite struct FailureTests {
  private func producer(_ cluster: MockCluster) throws -> Producer {
    try cluster.makeTopic("t")
    let producer = try Producer(cluster.address(), transactionalID: "p")
    return producer
  }

  @Test func whatMayPassIsTriedAgain() throws {
    let cluster = try MockCluster()
    let producer = try producer(cluster)
    try cluster.fail(.initProducerId, [RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS])
    try producer.initialize()
    try cluster.fail(.addOffsetsToTransaction, [RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS])
    try cluster.fail(.endTransaction, [RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS])
    var attempts = 0
    try producer.transaction {
      attempts += 1
      try producer.add([Message(value: "v")], to: "t")
      try producer.send([PartitionOffset("t", 0, 1)], of: "g")
    }
    #expect(attempts == 1)
  }

  @Test func aTransactionThatCanOnlyBeAbortedIsDoneAgain() throws {
    let cluster = try MockCluster()
    let producer = try producer(cluster)
    try producer.initialize()
    try cluster.fail(.addOffsetsToTransaction, [RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED])
    var attempts = 0
    try producer.transaction {
      attempts += 1
      try producer.add([Message(value: "v")], to: "t")
      try producer.send([PartitionOffset("t", 0, 1)], of: "g")
    }
    #expect(attempts == 2)
  }

  @Test func whatFailsAgainAndAgainIsThrown() throws {
    let cluster = try MockCluster()
    let producer = try producer(cluster)
    try producer.initialize()
    try cluster.fail(
      .addOffsetsToTransaction, Array(repeating: RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, count: 3))
    var attempts = 0
    let error = #expect(throws: KafkaError.self) {
      try producer.transaction {
        attempts += 1
        try producer.add([Message(value: "v")], to: "t")
        try producer.send([PartitionOffset("t", 0, 1)], of: "g")
      }
    }
    #expect(attempts == 3)
    #expect(error?.requiresAbort == true)
  }

  @Test func aFailedDeliveryIsThrown() throws {
    let cluster = try MockCluster()
    try cluster.makeTopic("t")
    let producer = try Producer(cluster.address())
    try cluster.fail(.produce, [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED])
    try producer.add([Message(value: "v")], to: "t")
    let error = #expect(throws: KafkaError.self) { try producer.flush() }
    #expect(error?.kind == .forbidden)
  }
}
