import CKafka

/// A header of a message.
public struct MessageHeader: Hashable, Sendable {
  /// Its name; not unique.
  public let name: String
  /// Its value; may be absent.
  public let value: [UInt8]?

  /// Makes a header.
  public init(_ name: String, _ value: [UInt8]?) {
    self.name = name
    self.value = value
  }
}

/// Messages of one partition, in order. They lie where librdkafka put them, until nobody holds the fetch.
///
/// Unchecked: messages are only read.
public final class Fetch: @unchecked Sendable {
  /// Messages belong to a client.
  private let client: Client
  private let messages: [UnsafeMutablePointer<rd_kafka_message_t>]
  /// From 0.
  public let partition: Int32
  /// Bytes of keys and values.
  public let size: Int

  init(_ client: Client, partition: Int32, _ messages: [UnsafeMutablePointer<rd_kafka_message_t>]) {
    self.client = client
    self.partition = partition
    self.messages = messages
    size = messages.reduce(0) { $0 + $1.pointee.len + $1.pointee.key_len }
  }

  deinit { for message in messages { rd.message_destroy(message) } }

  /// Number of messages; at least one.
  public var count: Int { messages.count }

  /// A message's offset.
  public func offset(_ index: Int) -> Int64 { messages[index].pointee.offset }

  /// A message's value, valid as long as the fetch; nil for a tombstone.
  public func value(_ index: Int) -> UnsafeBufferPointer<UInt8>? {
    let message = messages[index].pointee
    return Self.bytes(message.payload, message.len)
  }

  /// A message's key, valid as long as the fetch.
  public func key(_ index: Int) -> UnsafeBufferPointer<UInt8>? {
    let message = messages[index].pointee
    return Self.bytes(message.key, message.key_len)
  }

  private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeBufferPointer<UInt8>? {
    start.map { UnsafeBufferPointer(start: $0.assumingMemoryBound(to: UInt8.self), count: count) }
  }

  /// A message's headers.
  public func headers(_ index: Int) -> [MessageHeader] {
    var list: OpaquePointer?
    guard rd.message_headers(messages[index], &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else {
      return []
    }
    var found: [MessageHeader] = []
    var name: UnsafePointer<CChar>?
    var start: UnsafeRawPointer?
    var count = 0
    while rd.header_get_all(list, found.count, &name, &start, &count) == RD_KAFKA_RESP_ERR_NO_ERROR {
      guard let name else { break }
      let value = start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
      found.append(MessageHeader(String(cString: name), value))
    }
    return found
  }
}
