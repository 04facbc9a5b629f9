import Foundation

/// Where brokers are and how to talk to them: `broker:9092`, or
/// `kafka://one:9092,two:9092?security.protocol=SASL_SSL&sasl.username=reader`.
public struct KafkaAddress: Sendable {
  /// A property of librdkafka.
  struct Option: Sendable {
    let name: String
    let value: String
  }

  /// `one:9092,two:9092`: all that may be shown.
  public let brokers: String
  /// May hold passwords.
  let options: [Option]

  /// Reads an address; what is wrong with it is told without its options.
  public init(_ text: String) throws(KafkaError) {
    var rest = text[...]
    if let scheme = rest.firstRange(of: "://") {
      guard rest[..<scheme.lowerBound] == "kafka" else {
        throw KafkaError(
          .badAddress, "the address begins with `\(rest[..<scheme.upperBound])`, not with `kafka://`")
      }
      rest = rest[scheme.upperBound...]
    }
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard !parts[0].contains("@") else {
      throw KafkaError(
        .badAddress, "the address has a user before `@`: give `sasl.username` and `sasl.password` behind `?`")
    }
    var hosts: [String] = []
    for host in parts[0].split(separator: ",") { hosts.append(try Self.broker(host)) }
    guard !hosts.isEmpty else { throw KafkaError(.badAddress, "the address names no broker") }
    brokers = hosts.joined(separator: ",")
    var options: [Option] = []
    for option in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
      let sides = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, let name = String(sides[0]).removingPercentEncoding,
        let value = String(sides[1]).removingPercentEncoding
      else { throw KafkaError(.badAddress, "an option behind `?` is not written as `name=value`") }
      options.append(Option(name: name, value: value))
    }
    self.options = options
  }

  /// One broker, with the usual port where none is given.
  private static func broker(_ text: Substring) throws(KafkaError) -> String {
    var host = text
    while let last = host.last, last == "/" || last == " " { host.removeLast() }
    while host.first == " " { host.removeFirst() }
    let bracket = host.lastIndex(of: "]") ?? host.startIndex
    guard let colon = host[bracket...].lastIndex(of: ":") else {
      guard !host.isEmpty, !host.contains("/") else {
        throw KafkaError(.badAddress, "`\(text)` names no broker")
      }
      return "\(host):9092"
    }
    guard colon > host.startIndex, let port = UInt16(host[host.index(after: colon)...]), port > 0 else {
      throw KafkaError(.badAddress, "`\(text)` is not a broker's name and port")
    }
    return String(host)
  }
}
