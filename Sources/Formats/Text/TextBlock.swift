import CScanning
import Columns

/// Some whole rows of a text, and the memory that they lie in.
struct TextBlock: Sendable {
  /// 64 bytes past the rows can be read.
  let bytes: Buffer<UInt8>
  /// Where the rows lie. They end with a line feed, but for an unterminated block.
  var range: Range<Int>
  /// The line of the first row, from 1.
  var firstLine: Int
  /// Line feeds in the range: at least as many as rows.
  var lineFeeds: Int
  /// Whether the text ends inside of quotes.
  let isUnterminated: Bool

  var base: UnsafePointer<UInt8> { UnsafePointer(bytes.base) }

  /// The line of the byte at `position`, from 1.
  func line(at position: Int) -> Int {
    let counts = countBytes(base + range.lowerBound, position - range.lowerBound, lineFeed, 0)
    return firstLine + counts.first
  }

  /// The same rows without those before `start`, which were `lines` lines.
  mutating func drop(to start: Int, lines: Int) {
    range = start..<range.upperBound
    firstLine += lines
    lineFeeds -= min(lines, lineFeeds)
  }
}

let lineFeed = UInt8(ascii: "\n")
let carriageReturn = UInt8(ascii: "\r")

func countBytes(
  _ start: UnsafePointer<UInt8>, _ length: Int, _ first: UInt8, _ second: UInt8
) -> (first: Int, second: Int) {
  var firsts = 0
  var seconds = 0
  cscanning_count(start, length, first, second, &firsts, &seconds)
  return (firsts, seconds)
}
