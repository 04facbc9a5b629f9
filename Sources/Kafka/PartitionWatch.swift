import Dispatch
import Synchronization

/// Looks for new partitions of a topic now and then, and reads those, too. Asking for them is also what notices that
/// the brokers are gone.
public final class PartitionWatch: Sendable {
  private struct Findings {
    var count: Int32
    var found: [Int32] = []
    var error: KafkaError?
  }

  private let client: Client
  private let topic: String
  private let hasGroup: Bool
  private let onNews: @Sendable () -> Void
  private let findings: Mutex<Findings>
  /// Waits for brokers on a thread of its own.
  private let queue = DispatchQueue(label: "thalweg.kafka.partitions")
  /// Unsafe only to the compiler: touched when it is made, and in `deinit`.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer

  /// Begins with `count` partitions known.
  /// - Parameters:
  ///   - hasGroup: Whether new partitions are read from where the consumer's group was, not from the beginning.
  ///   - onNews: Called when there is something to take.
  public init(
    _ consumer: borrowing Consumer, topic: String, count: Int32, hasGroup: Bool,
    onNews: @escaping @Sendable () -> Void
  ) {
    client = consumer.client
    self.topic = topic
    self.hasGroup = hasGroup
    self.onNews = onNews
    findings = Mutex(Findings(count: count))
    timer = DispatchSource.makeTimerSource(queue: queue)
    let interval = DispatchTimeInterval.milliseconds(client.refreshInterval)
    timer.schedule(deadline: .now() + interval, repeating: interval)
    timer.setEventHandler { [weak self] in self?.look() }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// The partitions that are read since the last call. Those of all messages that have come before it are among them.
  public func take() throws(KafkaError) -> [Int32] {
    let (found, error) = findings.withLock { findings in
      defer { findings.found = [] }
      return (findings.found, findings.error)
    }
    if let error { throw error }
    return found
  }

  private func look() {
    let known = findings.withLock { $0.count }
    do throws(KafkaError) {
      let count = try client.partitionCount(of: topic)
      guard count > known else { return }
      let places = try client.places(topic, known..<count, fromGroup: hasGroup)
      findings.withLock {
        $0.count = count
        $0.found += known..<count
      }
      // Behind it: a partition is known before its first message can come.
      try client.assign(places)
    } catch {
      findings.withLock { $0.error = error }
    }
    onNews()
  }
}
