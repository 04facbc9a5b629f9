/// Content that is kept under the hash of its bytes.
public struct Artifact: Hashable, Sendable {
  /// What content is.
  public enum Kind: String, Sendable, CaseIterable { case file, folder }

  /// What it is.
  public let kind: Kind
  /// SHA-256 of a file's bytes or of a folder's manifest: 64 lower-case hexadecimal digits.
  public let hash: String
  /// The bytes of the file, or of all files in the folder.
  public let bytes: Int64

  init(kind: Kind, hash: String, bytes: Int64) {
    self.kind = kind
    self.hash = hash
    self.bytes = bytes
  }

  /// `file:sha256:HASH:BYTES`, one word that `init` reads; never changes between versions.
  public var text: String { "\(kind.rawValue):sha256:\(hash):\(bytes)" }

  /// Reads what `text` gave.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 4, let kind = Kind(rawValue: String(parts[0])), parts[1] == "sha256",
      Self.isHash(parts[2]), let bytes = Int64(parts[3]), bytes >= 0, String(bytes) == parts[3]
    else { return nil }
    self.init(kind: kind, hash: String(parts[2]), bytes: bytes)
  }

  /// Whether `text` is 64 lower-case hexadecimal digits.
  static func isHash(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
