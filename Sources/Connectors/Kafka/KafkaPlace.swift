import Columns
import Diagnosing
import Kafka

/// A topic and the way to it; knows how to say what went wrong there.
struct KafkaPlace: Sendable {
  /// The brokers of a program that names none.
  private static let standardAddress = "localhost:9092"

  /// As the program or the profile has it; may hold passwords.
  private let url: String?
  /// The topic's name.
  let topic: String

  init(url: String?, topic: String) {
    self.url = url
    self.topic = topic
  }

  /// The address, read.
  func address() throws -> KafkaAddress {
    do { return try KafkaAddress(url ?? Self.standardAddress) } catch { throw fault(error) }
  }

  /// How many partitions the topic has, of those that can be seen.
  func partitionCount(among topics: [String: Int32]) throws(RowFault) -> Int32 {
    if let count = topics[topic], count > 0 { return count }
    let nearest = Suggestion.nearest(to: topic, among: topics.keys.sorted())
    throw fault(
      "there is no topic `\(topic)`, or it may not be seen",
      help: nearest.map { "did you mean `\($0)`?" }
        ?? "create it, with as many partitions as rows are to be read in parallel")
  }

  /// Does something with Kafka; what it refuses is told as a fault of this topic.
  func told<R: ~Copyable>(_ body: () throws(KafkaError) -> R) throws(RowFault) -> R {
    do throws(KafkaError) { return try body() } catch { throw fault(error) }
  }

  func fault(_ message: String, help: String? = nil) -> RowFault {
    RowFault(position: "topic `\(topic)`", message: message, help: help)
  }

  func fault(_ error: KafkaError) -> RowFault {
    var help = error.help
    if case .unknownOption(let name, let known) = error.kind,
      let nearest = Suggestion.nearest(to: name, among: known)
    {
      help = "did you mean `\(nearest)`?"
    }
    if error.kind == .unreachable, url == nil {
      help = "start a broker there, or say with `url: \"broker:9092\"` where it is"
    }
    let name = error.name.isEmpty ? "" : " (\(error.name))"
    return fault(error.message + name, help: help)
  }
}
