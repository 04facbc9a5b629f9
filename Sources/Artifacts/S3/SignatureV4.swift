import Crypto
import Foundation
import Hashing

/// Signs requests as AWS Signature Version 4 has it.
struct SignatureV4: Sendable {
  let credentials: S3Credentials
  let region: String
  var service = "s3"

  /// The value of `Authorization`.
  ///
  /// - Parameters:
  ///   - path: Encoded.
  ///   - query: Encoded, each name once.
  ///   - headers: All that are signed, with names in lower case; `host` and `x-amz-date` among them.
  ///   - payload: The hash of the body.
  ///   - time: What `x-amz-date` says.
  func authorization(
    _ method: String, _ path: String, query: [(name: String, value: String)],
    headers: [(name: String, value: String)], payload: String, at time: S3Time
  ) -> String {
    let headers = headers.sorted { $0.name < $1.name }
    let names = headers.map(\.name).joined(separator: ";")
    let query = query.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let request = [
      method, path, query.map { "\($0.name)=\($0.value)" }.joined(separator: "&"),
      headers.map { "\($0.name):\($0.value)\n" }.joined(), names, payload,
    ].joined(separator: "\n")
    let scope = "\(time.day)/\(region)/\(service)/aws4_request"
    let text = ["AWS4-HMAC-SHA256", time.stamp, scope, SHA256Hash.hex(request)].joined(separator: "\n")
    let signature = Self.hash(text, under: key(time.day)).map(Self.hex).joined()
    return
      "AWS4-HMAC-SHA256 Credential=\(credentials.key)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
  }

  /// The key of a day, a region and a service.
  func key(_ day: String) -> [UInt8] {
    [day, region, service, "aws4_request"].reduce(Array("AWS4\(credentials.secret)".utf8)) { key, text in
      Self.hash(text, under: key)
    }
  }

  private static func hash(_ text: String, under key: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
  }

  static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}

/// Moments as S3 writes them.
struct S3Time: Hashable, Sendable {
  let seconds: Int

  static var now: S3Time { S3Time(seconds: time(nil)) }

  init(seconds: Int) { self.seconds = seconds }

  /// Reads the form of a header, `Fri, 24 May 2013 00:00:00 GMT`, or that of a list, `2013-05-24T00:00:00.000Z`.
  init?(_ text: String) {
    let words = text.split { !$0.isLetter && !$0.isNumber }
    let isList = text.first?.isNumber == true
    // The seconds of a list may have a fraction, behind a dot.
    let date = isList ? words.flatMap { $0.split(separator: "T") } : Array(words.dropFirst())
    guard date.count >= 6, let day = Int32(date[isList ? 2 : 0]), let year = Int32(date[isList ? 0 : 2]),
      let month = isList ? Int32(date[1]) : Self.months.firstIndex(of: date[1]).map({ Int32($0 + 1) }),
      let hour = Int32(date[3]), let minute = Int32(date[4]), let second = Int32(date[5].prefix { $0 != "Z" })
    else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
    seconds = timegm(&parts)
  }

  private static let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `20130524T000000Z`.
  var stamp: String { written("%Y%m%dT%H%M%SZ") }
  /// `20130524`.
  var day: String { written("%Y%m%d") }

  private func written(_ format: String) -> String {
    var parts = tm()
    var seconds = time_t(seconds)
    gmtime_r(&seconds, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { room in
      _ = strftime(room.baseAddress!, room.count, format, &parts)
      return String(cString: room.baseAddress!)
    }
  }
}
