/// Names one file of a compilation; an index into its `SourceMap`.
public struct FileID: Hashable, Sendable {
  /// Position in `SourceMap.files`.
  public let index: UInt32

  /// Makes the id of the file at `index`.
  public init(_ index: Int) { self.index = UInt32(index) }
}

/// A half-open range of UTF-8 bytes in one file.
public struct Span: Hashable, Sendable {
  /// The file that holds the bytes.
  public let file: FileID
  /// Offset of the first byte.
  public let start: UInt32
  /// Offset past the last byte.
  public let end: UInt32

  /// Makes the span `[start, end)` of `file`.
  public init(_ file: FileID, _ start: UInt32, _ end: UInt32) {
    self.file = file
    self.start = start
    self.end = end
  }

  /// The smallest span that covers both; both lie in one file.
  public func through(_ other: Span) -> Span {
    Span(file, min(start, other.start), max(end, other.end))
  }

  /// The empty span at the end of this one.
  public var endPoint: Span { Span(file, end, end) }

  /// The empty span at the start of this one.
  public var startPoint: Span { Span(file, start, start) }
}

/// A place as people name it.
public struct Position: Hashable, Sendable {
  /// Line, from 1.
  public let line: Int
  /// Column in Unicode scalars, from 1.
  public let column: Int
  /// Offset in UTF-8 bytes, from 0.
  public let offset: Int
}

/// One source text: its path as shown to the user, its bytes, and where its lines start.
public final class SourceFile: Sendable {
  /// The file's id within its `SourceMap`.
  public let id: FileID
  /// The path as the user gave it, or `<stdin>`.
  public let path: String
  /// The text, as read; not necessarily valid UTF-8.
  public let bytes: [UInt8]
  private let lineStarts: [UInt32]

  /// Indexes the lines of `bytes`.
  public init(id: FileID, path: String, bytes: [UInt8]) {
    self.id = id
    self.path = path
    self.bytes = bytes
    var starts: [UInt32] = [0]
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
      starts.append(UInt32(index) + 1)
    }
    lineStarts = starts
  }

  /// Number of lines; an empty file has one.
  public var lineCount: Int { lineStarts.count }

  /// The line, column and offset of byte `offset` (clamped to the text).
  public func position(of offset: UInt32) -> Position {
    let offset = min(offset, UInt32(bytes.count))
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let start = Int(lineStarts[low])
    let scalars = bytes[start..<Int(offset)].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    return Position(line: low + 1, column: scalars + 1, offset: Int(offset))
  }

  /// The text of line `number` (from 1), without its line break.
  public func line(_ number: Int) -> String {
    String(decoding: bytes[lineRange(number)], as: UTF8.self)
  }

  /// The bytes of line `number` (from 1), without its line break.
  func lineRange(_ number: Int) -> Range<Int> {
    let start = Int(lineStarts[number - 1])
    var end = number < lineStarts.count ? Int(lineStarts[number]) - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  /// The text of a span of this file.
  public func text(_ span: Span) -> String {
    String(decoding: bytes[Int(span.start)..<Int(span.end)], as: UTF8.self)
  }
}

/// The files of one compilation, in the order they were read.
public struct SourceMap: Sendable {
  /// All files; `FileID.index` is the position here.
  public private(set) var files: [SourceFile] = []

  /// Makes an empty map.
  public init() {}

  /// Adds a text and gives its file.
  public mutating func add(path: String, bytes: [UInt8]) -> SourceFile {
    let file = SourceFile(id: FileID(files.count), path: path, bytes: bytes)
    files.append(file)
    return file
  }

  /// The same texts under other paths.
  public func renamed(_ rename: (String) -> String) -> SourceMap {
    var map = SourceMap()
    for file in files { _ = map.add(path: rename(file.path), bytes: file.bytes) }
    return map
  }

  /// The file of an id of this map.
  public subscript(id: FileID) -> SourceFile { files[Int(id.index)] }
}
