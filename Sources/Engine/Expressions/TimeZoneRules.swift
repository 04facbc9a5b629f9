#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The offsets of a time zone from UTC, read from the system's time zone database (RFC 8536).
public final class TimeZoneRules: Sendable {
  /// When an offset begins, in seconds since 1970; ascending.
  private let starts: [Int64]
  /// The offset from each start on, in seconds east of UTC.
  private let offsets: [Int32]
  /// The offset before the first start.
  private let first: Int32
  /// What holds after the last start.
  private let rule: Rule?

  /// A summer time that comes back every year, from the file's last line.
  struct Rule: Sendable {
    let standard: Int32
    let summer: Int32
    /// In local standard time, and in local summer time.
    let begin: YearlyMoment
    let end: YearlyMoment
  }

  private init(starts: [Int64], offsets: [Int32], first: Int32, rule: Rule?) {
    self.starts = starts
    self.offsets = offsets
    self.first = first
    self.rule = rule
  }

  /// The offset at a number of seconds since 1970, in seconds east of UTC.
  public func offset(at time: Int64) -> Int32 {
    guard let last = starts.last, time >= starts[0] else {
      return starts.isEmpty ? rule.map { $0.offset(at: time) } ?? first : first
    }
    if time >= last, let rule { return rule.offset(at: time) }
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= time { low = middle } else { high = middle }
    }
    return offsets[low]
  }

  private static let cache = ZoneCache()

  /// The zone of an IANA name, or what is wrong with the name.
  public static func named(_ name: String) -> (TimeZoneRules?, String) {
    cache.zone(name) { load(name) }
  }

  private static func load(_ name: String) -> TimeZoneRules? {
    if name == "UTC" || name == "Etc/UTC" {
      return TimeZoneRules(starts: [], offsets: [], first: 0, rule: nil)
    }
    // Names have letters, digits and a few signs; anything else could leave the folder.
    let isName = name.utf8.allSatisfy { byte in
      byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
        || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
        || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || "+-_/".utf8.contains(byte)
    }
    guard isName, !name.isEmpty, !name.hasPrefix("/") else { return nil }
    return read(file: "/usr/share/zoneinfo/\(name)").flatMap { parse($0) }
  }

  private static func read(file path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
    return count < bytes.count ? Array(bytes[0..<count]) : nil
  }

  /// Reads the 64-bit part of a file of version 2 or later.
  private static func parse(_ bytes: [UInt8]) -> TimeZoneRules? {
    guard let old = Header(bytes, at: 0), old.version >= 2 else { return nil }
    let start = Header.size + old.length(timeSize: 4)
    guard let header = Header(bytes, at: start) else { return nil }
    var place = start + Header.size
    guard bytes.count >= place + header.length(timeSize: 8) else { return nil }
    let starts = (0..<header.times).map { Int64(bitPattern: number(bytes, at: place + 8 * $0, size: 8)) }
    place += 8 * header.times
    let kinds = bytes[place..<place + header.times].map { Int($0) }
    place += header.times
    let types = (0..<header.types).map {
      Int32(truncatingIfNeeded: number(bytes, at: place + 6 * $0, size: 4))
    }
    guard !types.isEmpty, kinds.allSatisfy({ $0 < types.count }) else { return nil }
    let footer = bytes[(start + Header.size + header.length(timeSize: 8))...]
    var rule: Rule?
    if footer.first == UInt8(ascii: "\n") {
      rule = PosixZone(footer.dropFirst().prefix { $0 != UInt8(ascii: "\n") }).rule()
    }
    return TimeZoneRules(
      starts: starts, offsets: kinds.map { types[$0] }, first: types[0], rule: rule)
  }

  private struct Header {
    static let size = 44
    let version: Int
    private let counts: [Int]

    init?(_ bytes: [UInt8], at place: Int) {
      guard bytes.count >= place + Self.size, bytes[place..<place + 4].elementsEqual("TZif".utf8) else {
        return nil
      }
      let digit = bytes[place + 4]
      version = digit == 0 ? 1 : Int(digit) - 48
      counts = (0..<6).map { Int(number(bytes, at: place + 20 + 4 * $0, size: 4)) }
    }

    var times: Int { counts[3] }
    var types: Int { counts[4] }

    func length(timeSize: Int) -> Int {
      times * (timeSize + 1) + types * 6 + counts[5] + counts[2] * (timeSize + 4) + counts[1] + counts[0]
    }
  }
}

/// Big-endian.
private func number(_ bytes: [UInt8], at place: Int, size: Int) -> UInt64 {
  bytes[place..<place + size].reduce(0) { $0 << 8 | UInt64($1) }
}

/// The zones read so far.
private final class ZoneCache: @unchecked Sendable {
  // Unchecked: the mutex guards `zones`.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var zones: [String: TimeZoneRules?] = [:]

  init() { pthread_mutex_init(mutex, nil) }

  func zone(_ name: String, load: () -> TimeZoneRules?) -> (TimeZoneRules?, String) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let zone: TimeZoneRules?
    if let known = zones[name] {
      zone = known
    } else {
      zone = load()
      zones[name] = zone
    }
    let hint = "; a zone has an IANA name such as `Europe/Berlin`, found under /usr/share/zoneinfo"
    return (zone, zone == nil ? "there is no time zone `\(shortened(name))`\(hint)" : "")
  }
}
