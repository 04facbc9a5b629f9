import CKafka
import Synchronization

/// What a client tells in its callbacks.
final class Reports: Sendable {
  private struct Notes {
    var trouble: KafkaError?
    var delivery: KafkaError?
    var commit: KafkaError?
  }
  private let notes = Mutex(Notes())

  static func of(_ opaque: UnsafeMutableRawPointer?) -> Reports? {
    opaque.map { Unmanaged<Reports>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Something is wrong with a broker, or the way to it.
  func noteTrouble(_ code: rd_kafka_resp_err_t, _ reason: String?) {
    // It says nothing that was not said before of each broker.
    if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { return }
    notes.withLock { $0.trouble = KafkaError(code, reason.map(Self.shortened)) }
  }

  /// A message could not be delivered.
  func noteDelivery(_ code: rd_kafka_resp_err_t) {
    if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
    notes.withLock { $0.delivery = $0.delivery ?? KafkaError(code) }
  }

  /// Offsets were committed, or not.
  func noteCommit(_ code: rd_kafka_resp_err_t) {
    if code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET { return }
    notes.withLock { $0.commit = KafkaError(code) }
  }

  /// The newest trouble.
  var trouble: KafkaError? { notes.withLock { $0.trouble } }

  /// The first failed delivery since the last call.
  func takeDelivery() -> KafkaError? { notes.withLock { $0.delivery.take() } }

  /// The newest failed commit since the last call.
  func takeCommit() -> KafkaError? { notes.withLock { $0.commit.take() } }

  /// `TxnCoordinator: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms ...)`
  /// without what only a debugger wants to know.
  private static func shortened(_ reason: String) -> String {
    var text = reason[...]
    if let detail = text.firstRange(of: " (after ") { text = text[..<detail.lowerBound] }
    for role in ["TxnCoordinator: ", "GroupCoordinator: "] where text.hasPrefix(role) {
      text = text.dropFirst(role.count)
    }
    guard let end = text.firstRange(of: ": "), let slash = text[..<end.lowerBound].lastIndex(of: "/") else {
      return String(text)
    }
    return "\(text[..<slash])\(text[end.lowerBound...])"
  }
}
