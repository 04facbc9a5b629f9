import Foundation

/// What an attempt writes for people.
public struct TaskLog: Hashable, Sendable {
  /// Where it is.
  public let path: String
  /// Whether it must not be shown elsewhere, because what is labelled may be in it.
  public let isHidden: Bool
  private let secrets: [[UInt8]]

  /// - Parameter secrets: What is not to be shown of it.
  public init(path: String, secrets: [String] = [], isHidden: Bool = false) {
    self.path = path
    self.isHidden = isHidden
    self.secrets = secrets.filter { !$0.isEmpty }.map { Array($0.utf8) }
  }

  /// Bytes that it has now; 0 where it is not there.
  public var size: Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// A piece of it.
  public struct Piece: Hashable, Sendable {
    /// The bytes of the log before it.
    public let position: Int64
    /// The bytes of the log that it stands for.
    public let size: Int64
    /// Without secrets.
    public let text: String
  }

  /// The whole lines from `position` on, no more than `most` bytes of them.
  /// - Parameter isOver: Nothing more is written: a last line that has not ended counts, too.
  public func piece(from position: Int64, most: Int, isOver: Bool) -> Piece? {
    let bytes = read(from: position, most)
    var end = bytes.count
    if bytes.count == most || !isOver {
      end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { withoutBegunSecret(bytes, $0 + 1) } ?? 0
      if end == 0, bytes.count == most { end = withoutBegunSecret(bytes, most) }
    }
    return end == 0 ? nil : Piece(position: position, size: Int64(end), text: shown(bytes[..<end]))
  }

  /// Where the last lines begin, no more than about `most` bytes of them.
  public func endPosition(_ most: Int64) -> Int64 {
    // Nothing begins in the middle of a secret.
    let margin = Int64(secrets.map(\.count).max() ?? 0)
    let start = max(0, size - most - margin)
    let bytes = read(from: start, Int(most + margin))
    var cut = Int(margin)
    if let line = bytes.dropFirst(cut).firstIndex(of: UInt8(ascii: "\n")) { cut = line + 1 }
    while let end = endOfSecret(around: cut, bytes) { cut = end }
    return start + Int64(min(cut, bytes.count))
  }

  private func read(from position: Int64, _ most: Int) -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? handle.close() }
    try? handle.seek(toOffset: UInt64(position))
    return Array((try? handle.read(upToCount: most)) ?? Data())
  }

  /// An end before `end` behind which no secret goes on.
  private func withoutBegunSecret(_ bytes: [UInt8], _ end: Int) -> Int {
    var end = end
    while let begun = secrets.lazy.flatMap({ secret in
      (1..<secret.count).reversed().lazy.map { secret.prefix($0) }
    }).first(where: { bytes[..<end].suffix($0.count).elementsEqual($0) }) {
      end -= begun.count
    }
    return end
  }

  /// The end of a secret that begins before `cut` and ends behind it.
  private func endOfSecret(around cut: Int, _ bytes: [UInt8]) -> Int? {
    for secret in secrets {
      for start in max(0, cut - secret.count + 1)..<max(cut, 1)
      where start < cut && bytes[start...].starts(with: secret) { return start + secret.count }
    }
    return nil
  }

  private func shown(_ bytes: ArraySlice<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self).replacing("\0", with: "\u{FFFD}")
    return secrets.reduce(text) { $0.replacing(String(decoding: $1, as: UTF8.self), with: "***") }
  }
}

/// Follows logs while attempts write them. Any thread may call it.
public protocol LogWatcher: Sendable {
  /// Something is written from now on.
  func begin(_ log: TaskLog)

  /// Nothing more is written to what is at `path`.
  func end(_ path: String)
}
