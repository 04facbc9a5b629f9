/// A piece of what lies between two tokens.
public struct Trivia: Sendable, Hashable {
  /// What a piece is.
  public enum Kind: Sendable {
    /// Spaces, tabs, a byte order mark.
    case space
    /// One line break: LF or CR LF.
    case newline
    /// `// text`, without the line break.
    case comment
    /// `/// text`, without the line break.
    case documentation
  }

  /// What it is.
  public let kind: Kind
  /// Offsets of its bytes.
  public let range: Range<Int>

  /// The pieces of a stretch of bytes between two tokens; together they cover it.
  static func pieces(of bytes: [UInt8], in range: Range<Int>) -> [Trivia] {
    var pieces: [Trivia] = []
    var position = range.lowerBound
    while position < range.upperBound {
      let start = position
      let kind: Kind
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        position += 1
        kind = .newline
      case UInt8(ascii: "\r"):
        position = min(position + 2, range.upperBound)
        kind = .newline
      case UInt8(ascii: "/"):
        while position < range.upperBound, !isLineEnd(bytes, position) { position += 1 }
        kind = isDocumentation(bytes, start, position) ? .documentation : .comment
      default:
        while position < range.upperBound, bytes[position] != UInt8(ascii: "/"), !isLineEnd(bytes, position) {
          position += 1
        }
        kind = .space
      }
      pieces.append(Trivia(kind: kind, range: start..<position))
    }
    return pieces
  }

  private static func isLineEnd(_ bytes: [UInt8], _ position: Int) -> Bool {
    if bytes[position] == UInt8(ascii: "\n") { return true }
    return bytes[position] == UInt8(ascii: "\r") && position + 1 < bytes.count
      && bytes[position + 1] == UInt8(ascii: "\n")
  }

  /// Whether the bytes from `start` to before `end` begin with `///` and not `////`.
  @inline(__always)
  static func isDocumentation<Bytes: RandomAccessCollection>(_ bytes: Bytes, _ start: Int, _ end: Int) -> Bool
  where Bytes.Element == UInt8, Bytes.Index == Int {
    let slash = UInt8(ascii: "/")
    return end - start >= 3 && bytes[start] == slash && bytes[start + 1] == slash && bytes[start + 2] == slash
      && (end - start == 3 || bytes[start + 3] != slash)
  }
}
