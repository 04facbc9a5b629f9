import CKafka
import Testing
import Foundation

@testable import Kafka

/// librdkafka's own imitation of brokers, which fails on demand; lives as long as the client that makes it.
struct MockCluster {
  /// Numbers of requests in Kafka's protocol.
  enum Request: Int16 {
    case produce = 0
    case initProducerId = 22
    case addOffsetsToTransaction = 25
    case endTransaction = 26
  }

  private let client: Client
  private let cluster: OpaquePointer

  init() throws {
    client = try Client(
      RD_KAFKA_PRODUCER, KafkaAddress("mock"), own: ["test.mock.num.brokers": "1"])
    typealias Find = @convention(c) (OpaquePointer?) -> OpaquePointer?
    cluster = try #require(try symbol("rd_kafka_handle_mock_cluster", Find.self)(client.handle))
  }

  func address() throws -> KafkaAddress {
    typealias Bootstraps = @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>?
    let brokers = try symbol("rd_kafka_mock_cluster_bootstraps", Bootstraps.self)(cluster)
    return try KafkaAddress(String(cString: try #require(brokers)))
  }

  func makeTopic(_ name: String) throws {
    typealias Create = @convention(c) (OpaquePointer?, UnsafePointer<CChar>, Int32, Int32) -> Int32
    _ = try symbol("rd_kafka_mock_topic_create", Create.self)(cluster, name, 1, 1)
  }

  /// Lets the next requests of a kind fail.
  func fail(_ request: Request, _ errors: [rd_kafka_resp_err_t]) throws {
    typealias Push = @convention(c) (OpaquePointer?, Int16, Int, UnsafePointer<rd_kafka_resp_err_t>) -> Void
    try symbol("rd_kafka_mock_push_request_errors_array", Push.self)(
      cluster, request.rawValue, errors.count, errors)
  }
}

private func symbol<Function>(_ name: String, _ type: Function.Type) throws -> Function {
  let library = try #require(dlopen("librdkafka.so.1", RTLD_NOW))
  return unsafeBitCast(try #require(dlsym(library, name)), to: type)
}
