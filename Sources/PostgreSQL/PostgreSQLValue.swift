// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
/// A value that goes to a server as a parameter, and comes back in a result.
public protocol PostgreSQLValue: Sendable {
  /// The type that a parameter is sent as.
  static var type: TypeID { get }
  /// As a server of `type` takes it, in the binary form; in text where `type` is open. Absent is nil.
  var bytes: [UInt8]? { get }
  /// Reads a value of a result: its binary form, nil for null.
  /// - Returns: nil where it is none of this type.
  init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID)
}

/// A server's number for a type.
public struct TypeID: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  /// A type by its number.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The server finds the type by where the parameter stands.
  public static let open = TypeID(rawValue: 0)
  public static let bool = TypeID(rawValue: 16)
  public static let bytea = TypeID(rawValue: 17)
  public static let name = TypeID(rawValue: 19)
  public static let int8 = TypeID(rawValue: 20)
  public static let int2 = TypeID(rawValue: 21)
  public static let int4 = TypeID(rawValue: 23)
  public static let text = TypeID(rawValue: 25)
  public static let oid = TypeID(rawValue: 26)
  public static let json = TypeID(rawValue: 114)
  public static let float4 = TypeID(rawValue: 700)
  public static let float8 = TypeID(rawValue: 701)
  public static let bpchar = TypeID(rawValue: 1042)
  public static let varchar = TypeID(rawValue: 1043)
  public static let date = TypeID(rawValue: 1082)
  public static let timestamp = TypeID(rawValue: 1114)
  public static let timestamptz = TypeID(rawValue: 1184)
  public static let interval = TypeID(rawValue: 1186)
  public static let numeric = TypeID(rawValue: 1700)
  public static let uuid = TypeID(rawValue: 2950)
  public static let jsonb = TypeID(rawValue: 3802)
  public static let int8Array = TypeID(rawValue: 1016)
  public static let textArray = TypeID(rawValue: 1009)
  public static let timestamptzArray = TypeID(rawValue: 1185)
}

extension Bool: PostgreSQLValue {
  public static var type: TypeID { .bool }
  public var bytes: [UInt8]? { [self ? 1 : 0] }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let bytes, type == .bool, bytes.count == 1 else { return nil }
    self = bytes[0] != 0
  }
}

extension Int: PostgreSQLValue {
  public static var type: TypeID { .int8 }
  public var bytes: [UInt8]? { withUnsafeBytes(of: Int64(self).bigEndian) { Array($0) } }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let bytes else { return nil }
    switch (type, bytes.count) {
    case (.int2, 2): self = Int(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
    case (.int4, 4): self = Int(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
    case (.int8, 8): self = Int(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
    case (.oid, 4): self = Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
    default: return nil
    }
  }
}

extension Int64: PostgreSQLValue {
  public static var type: TypeID { .int8 }
  public var bytes: [UInt8]? { Int(self).bytes }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let value = Int(bytes, type: type) else { return nil }
    self = Int64(value)
  }
}

extension Double: PostgreSQLValue {
  public static var type: TypeID { .float8 }
  public var bytes: [UInt8]? { withUnsafeBytes(of: bitPattern.bigEndian) { Array($0) } }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let bytes else { return nil }
    switch (type, bytes.count) {
    case (.float4, 4):
      self = Double(Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
    case (.float8, 8): self.init(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
    default: return nil
    }
  }
}

/// Goes as text of an open type, so that it also stands for a date, a JSON document or a name.
extension String: PostgreSQLValue {
  public static var type: TypeID { .open }
  public var bytes: [UInt8]? { Array(utf8) }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let bytes else { return nil }
    switch type {
    case .text, .varchar, .bpchar, .name, .json: self.init(decoding: bytes, as: UTF8.self)
    // The first byte is the version of the form.
    case .jsonb: self.init(decoding: bytes.dropFirst(), as: UTF8.self)
    default: return nil
    }
  }
}

extension Array: PostgreSQLValue where Element == UInt8 {
  public static var type: TypeID { .bytea }
  public var bytes: [UInt8]? { self }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let bytes, type == .bytea else { return nil }
    self.init(bytes)
  }
}

extension Optional: PostgreSQLValue where Wrapped: PostgreSQLValue {
  public static var type: TypeID { Wrapped.type }
  public var bytes: [UInt8]? { self?.bytes }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let bytes else {
      self = nil
      return
    }
    guard let value = Wrapped(bytes, type: type) else { return nil }
    self = .some(value)
  }
}

/// A moment on the server's time line.
public struct Timestamp: PostgreSQLValue, Hashable {
  /// Since the beginning of 1970, in UTC.
  public let microseconds: Int64
  /// Between the server's beginning of time, the year 2000, and 1970.
  private static let epoch: Int64 = 946_684_800_000_000

  /// A moment.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static var type: TypeID { .timestamptz }
  public var bytes: [UInt8]? { (microseconds - Self.epoch).bytes }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) {
    guard let bytes, type == .timestamptz, let value = Int64(bytes, type: .int8) else { return nil }
    microseconds = value + Self.epoch
  }
}

/// Many values as one parameter: `unnest($1)` makes rows of them.
public struct ArrayParameter<Element: ArrayElement>: PostgreSQLValue {
  private let elements: [Element]

  /// Values, in this order.
  public init(_ elements: [Element]) { self.elements = elements }

  public static var type: TypeID { Element.arrayType }

  /// One dimension, counted from 1.
  public var bytes: [UInt8]? {
    var all: [UInt8] = []
    all.reserveCapacity(20 + 16 * elements.count)
    all.add(length: elements.isEmpty ? 0 : 1)
    // There may be absent values.
    all.add(length: 1)
    all.add(length: Int(Element.elementType.rawValue))
    guard !elements.isEmpty else { return all }
    all.add(length: elements.count)
    all.add(length: 1)
    for element in elements { element.add(to: &all) }
    return all
  }

  public init?(_ bytes: UnsafeRawBufferPointer?, type: TypeID) { return nil }
}

/// What arrays can hold.
public protocol ArrayElement: PostgreSQLValue {
  static var elementType: TypeID { get }
  static var arrayType: TypeID { get }
  /// Adds its length and what it is.
  func add(to bytes: inout [UInt8])
}

extension [UInt8] {
  /// A number that stands before what it counts.
  fileprivate mutating func add(length: Int) {
    Swift.withUnsafeBytes(of: Int32(truncatingIfNeeded: length).bigEndian) { append(contentsOf: $0) }
  }
}

extension Int64: ArrayElement {
  public static var elementType: TypeID { .int8 }
  public static var arrayType: TypeID { .int8Array }

  public func add(to bytes: inout [UInt8]) {
    bytes.add(length: 8)
    withUnsafeBytes(of: bigEndian) { bytes.append(contentsOf: $0) }
  }
}

extension String: ArrayElement {
  public static var elementType: TypeID { .text }
  public static var arrayType: TypeID { .textArray }

  public func add(to bytes: inout [UInt8]) {
    bytes.add(length: utf8.count)
    bytes.append(contentsOf: utf8)
  }
}

extension Timestamp: ArrayElement {
  public static var elementType: TypeID { .timestamptz }
  public static var arrayType: TypeID { .timestamptzArray }

  public func add(to bytes: inout [UInt8]) { (microseconds - Self.epoch).add(to: &bytes) }
}

extension Optional: ArrayElement where Wrapped: ArrayElement {
  public static var elementType: TypeID { Wrapped.elementType }
  public static var arrayType: TypeID { Wrapped.arrayType }

  public func add(to bytes: inout [UInt8]) {
    if let self { self.add(to: &bytes) } else { bytes.add(length: -1) }
  }
}
