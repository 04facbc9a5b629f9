public import Columns

/// Writes rows as aligned columns for people: a line of names, then the rows; numbers to the right, two
/// spaces between, `-` for what is absent.
///
/// Widths are known only when all rows are: `encode` gives cells, `TableLayout` lays them out.
public struct TableWriter: Sendable {
  let schema: TableSchema

  /// Makes a writer.
  public init(schema: TableSchema) { self.schema = schema }

  /// The cells of some rows: each with its width in columns of a terminal and its length in bytes, 4 bytes
  /// each, and its text.
  public func encode(_ batch: Batch) throws -> [UInt8] {
    let cursors = ColumnCursors(batch, schema)
    var cells = ByteWriter(capacity: batch.count * schema.columns.count * 16)
    var text = ByteWriter()
    for row in 0..<batch.count {
      for cursor in cursors.columns {
        text.removeAll()
        if !cursor.isPresent(row) {
          text.append(UInt8(ascii: "-"))
        } else {
          switch cursor.kind {
          case .list, .map, .vector, .structure: try JSONValueText.append(cursor, row, to: &text)
          default: PlainText.append(cursor, row, to: &text)
          }
        }
        text.withBytes { TableCell.append($0, to: &cells) }
      }
    }
    return withExtendedLifetime(cursors) { cells.array() }
  }
}

/// How wide each column of a table is, and how its lines are put together.
public struct TableLayout: Sendable {
  private let names: [[UInt8]]
  private let isRight: [Bool]
  private var widths: [Int]

  /// The columns of `writer`, as wide as their names.
  public init(_ writer: TableWriter) {
    let cells = writer.schema.columns.map { column -> [UInt8] in
      var cell = ByteWriter()
      Array(column.name.utf8).withUnsafeBufferPointer { TableCell.append($0, to: &cell) }
      return cell.array()
    }
    names = cells
    isRight = writer.schema.columns.map { [.int, .float, .decimal, .duration].contains($0.type) }
    widths = cells.map { cell in cell.withUnsafeBytes { TableCell($0, at: 0).width } }
  }

  /// Makes room for the cells that `encode` gave.
  public mutating func add(_ cells: UnsafeRawBufferPointer) {
    var at = 0
    var column = 0
    while at < cells.count {
      let cell = TableCell(cells, at: at)
      widths[column] = max(widths[column], cell.width)
      column = column + 1 == widths.count ? 0 : column + 1
      at = cell.end
    }
  }

  /// The line of names.
  public func header() -> [UInt8] { Array(names.joined()).withUnsafeBytes { lines($0) } }

  /// The lines of the cells that `encode` gave.
  public func lines(_ cells: UnsafeRawBufferPointer) -> [UInt8] {
    var writer = ByteWriter(capacity: cells.count)
    var at = 0
    var column = 0
    while at < cells.count {
      let cell = TableCell(cells, at: at)
      let isLast = column + 1 == widths.count
      if column > 0 { pad(2, &writer) }
      if isRight[column] { pad(widths[column] - cell.width, &writer) }
      writer.append(UnsafeRawBufferPointer(rebasing: cells[cell.text]).assumingMemoryBound(to: UInt8.self))
      if !isRight[column], !isLast { pad(widths[column] - cell.width, &writer) }
      if isLast { writer.append(lineFeed) }
      column = isLast ? 0 : column + 1
      at = cell.end
    }
    return writer.array()
  }

  private func pad(_ count: Int, _ writer: inout ByteWriter) {
    guard count > 0 else { return }
    writer.reserve(count).update(repeating: UInt8(ascii: " "), count: count)
    writer.advance(count)
  }
}

/// A text and its width, one behind the other in memory.
struct TableCell {
  let width: Int
  let text: Range<Int>
  var end: Int { text.upperBound }

  init(_ cells: UnsafeRawBufferPointer, at start: Int) {
    width = Int(cells.loadUnaligned(fromByteOffset: start, as: UInt32.self))
    let count = Int(cells.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self))
    text = (start + 8)..<(start + 8 + count)
  }

  /// Control characters would break the lines apart or steer the terminal: they are shown as escapes.
  static func append(_ text: UnsafeBufferPointer<UInt8>, to cells: inout ByteWriter) {
    if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
      append(width: text.count, text, to: &cells)
      return
    }
    var shown = ByteWriter(capacity: text.count * 2)
    var width = 0
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if let escape = escape(scalar) {
        shown.append(escape)
        width += escape.utf8.count
      } else {
        UTF8.encode(scalar)?.forEach { shown.append($0) }
        width += scalar.terminalWidth
      }
    }
    shown.withBytes { append(width: width, $0, to: &cells) }
  }

  private static func append(width: Int, _ text: UnsafeBufferPointer<UInt8>, to cells: inout ByteWriter) {
    let place = UnsafeMutableRawPointer(cells.reserve(8))
    place.storeBytes(of: UInt32(truncatingIfNeeded: width), as: UInt32.self)
    place.storeBytes(of: UInt32(truncatingIfNeeded: text.count), toByteOffset: 4, as: UInt32.self)
    cells.advance(8)
    cells.append(text)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
      "\\u{\(String(scalar.value, radix: 16))}"
    // Marks that turn the direction of the line around.
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": "\\u{\(String(scalar.value, radix: 16))}"
    default: nil
    }
  }
}

extension Unicode.Scalar {
  /// Columns of a terminal: 0 for marks that join the letter before, 2 for East Asian wide ones and pictures.
  var terminalWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
      0x1F1E6...0x1F1FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF,
      0x20000...0x3FFFD:
      return 2
    default: return properties.isEmojiPresentation ? 2 : 1
    }
  }
}
