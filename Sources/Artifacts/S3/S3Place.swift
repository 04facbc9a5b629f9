/// A bucket, and where in it: `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`.
struct S3Place: Hashable, Sendable {
  static let scheme = "s3://"

  let bucket: String
  /// Without slashes at its ends; may be empty.
  let prefix: String
  /// `https://host:port`.
  let endpoint: String
  let region: String

  /// - Parameter environment: Says the region where the place does not.
  init(_ place: String, environment: [String: String]) throws(ArtifactError) {
    func wrong(_ reason: String, _ help: String) -> ArtifactError {
      ArtifactError(.place, "`\(place)` is no place for artifacts: \(reason)", help: help)
    }
    let parts = place.dropFirst(Self.scheme.count).split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    bucket = String(names[0])
    guard Self.isBucket(bucket) else {
      throw wrong(
        "`\(bucket)` is no name of a bucket",
        "write `s3://BUCKET/PREFIX`; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    }
    prefix = names.dropFirst().filter { !$0.isEmpty }.joined(separator: "/")
    var options: [String: String] = [:]
    for option in parts.dropFirst().first?.split(separator: "&") ?? [] {
      let pair = option.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2, ["endpoint", "region"].contains(pair[0]) else {
        throw wrong(
          "`\(option)` is not known",
          "behind the `?` stand `endpoint=URL` and `region=NAME`, with `&` between")
      }
      options[pair[0]] = pair[1]
    }
    let region =
      options["region"] ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
    guard Self.isWord(region) else {
      throw wrong("`\(region)` is no region", "for example, `region=eu-central-1`")
    }
    self.region = region
    let endpoint = options["endpoint"] ?? "https://s3.\(region).amazonaws.com"
    guard Self.isEndpoint(endpoint) else {
      throw wrong(
        "`\(endpoint)` is no address of a server", "for example, `endpoint=https://store.example:9000`")
    }
    self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
  }

  /// `host:port`, without the port that goes without saying.
  var host: String {
    let isSecure = endpoint.hasPrefix("https://")
    let host = endpoint.drop { $0 != "/" }.dropFirst(2)
    let usual = isSecure ? ":443" : ":80"
    return String(host.hasSuffix(usual) ? host.dropLast(usual.count) : host)
  }

  /// The path of the bucket or of something in it, encoded.
  func path(_ name: String? = nil) -> String {
    "/" + Percent.encoded(([bucket] + (name.map { [key($0)] } ?? [])).joined(separator: "/"), keeping: "/")
  }

  /// What something is called in the bucket.
  func key(_ name: String) -> String { prefix.isEmpty ? name : "\(prefix)/\(name)" }

  private static func isBucket(_ text: String) -> Bool {
    3...63 ~= text.utf8.count && isWord(text) && text.first != "." && text.first != "-"
  }

  private static func isWord(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || "-.".utf8.contains($0)
      }
  }

  private static func isEndpoint(_ text: String) -> Bool {
    guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
    let rest = text.dropFirst(scheme.count)
    let host = rest.hasSuffix("/") ? rest.dropLast() : rest
    return !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/@?#%".utf8.contains($0) }
  }
}

/// Bytes of addresses as `%` and two digits.
enum Percent {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// All but letters, digits, `-`, `.`, `_`, `~` and those of `keeping`.
  static func encoded(_ text: String, keeping: String = "") -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
      case _ where keeping.utf8.contains(byte): bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
