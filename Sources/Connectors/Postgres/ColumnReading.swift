import Columns
import Formats

/// A value that a field can't hold.
struct CellProblem: Error {
  let row: Int
  let message: String
  var help: String?
}

/// Turns values in the server's binary form into columns, a column at a time.
struct ColumnReading {
  let bytes: Buffer<UInt8>

  private var base: UnsafeRawPointer { UnsafeRawPointer(bytes.base) }

  func column(_ codec: Codec, _ field: FieldSchema, _ cells: Cells) throws(CellProblem) -> Column {
    let validity = cells.validity
    if let validity, !field.isOptional, let row = (0..<cells.count).first(where: { !validity[$0] }) {
      throw CellProblem(
        row: row, message: "expected \(field.described), found null",
        help: "declare the field as `\(field.type.languageName)?`, or leave such rows out with `query:`")
    }
    return Column(count: cells.count, validity: validity, storage: try storage(codec, field, cells))
  }

  private func storage(_ codec: Codec, _ field: FieldSchema, _ cells: Cells) throws(CellProblem) -> Storage {
    switch codec {
    case .bool:
      try check(cells, 1, field)
      return .bits(
        Bitmap(count: cells.count) { row in
          cells.lengths.base[row] >= 0 && bytes.base[Int(cells.starts.base[row])] != 0
        })
    case .int(2): return .int64(try words(cells, field) { (value: Int16) in Int64(Int16(bigEndian: value)) })
    case .int(4): return .int64(try words(cells, field) { (value: Int32) in Int64(Int32(bigEndian: value)) })
    case .int: return .int64(try words(cells, field) { (value: Int64) in Int64(bigEndian: value) })
    case .float(4):
      return .float64(
        try words(cells, field) { (value: UInt32) in Double(Float(bitPattern: UInt32(bigEndian: value))) })
    case .float:
      return .float64(
        try words(cells, field) { (value: UInt64) in Double(bitPattern: UInt64(bigEndian: value)) })
    case .uuid: return .int128(try words(cells, field) { (value: Int128) in Int128(bigEndian: value) })
    case .date: return .int32(try words(cells, field, ServerTime.days(sinceServerEpoch:)))
    case .timestamp: return .int64(try words(cells, field, ServerTime.microseconds(sinceServerEpoch:)))
    case .interval: return .int64(try intervals(cells, field))
    case .decimal: return .int128(try decimals(cells, field))
    case .text, .bytes: return .text(views(cells, skipping: 0), owners: [bytes])
    case .json(let isBinary): return .text(views(cells, skipping: isBinary ? 1 : 0), owners: [bytes])
    case .enumeration(let names): return .int32(try cases(names, cells, field))
    case .array(let codec, _): return try lists(codec, cells, field)
    case .vector(let count): return .vector(try vectors(count, cells, field))
    case .document(let isBinary): return try documents(isBinary, cells, field)
    }
  }

  // MARK: Values of a fixed width

  private func check(_ cells: Cells, _ size: Int, _ field: FieldSchema) throws(CellProblem) {
    for row in 0..<cells.count {
      let length = cells.lengths.base[row]
      if length >= 0, length != size { throw malformed(row, field) }
    }
  }

  private func malformed(_ row: Int, _ field: FieldSchema) -> CellProblem {
    CellProblem(row: row, message: "the server has sent what is not \(field.described)")
  }

  @inline(__always)
  private func words<Word: BitwiseCopyable, Value: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ cells: Cells, _ field: FieldSchema, _ value: (Word) -> Value
  ) throws(CellProblem) -> Buffer<Value> {
    try check(cells, MemoryLayout<Word>.size, field)
    let values = Buffer<Value>(uninitialized: cells.count)
    for row in 0..<cells.count {
      values.base[row] =
        cells.lengths.base[row] < 0
        ? 0 : value(base.loadUnaligned(fromByteOffset: Int(cells.starts.base[row]), as: Word.self))
    }
    return values
  }

  /// As above, of values that may not fit.
  @inline(__always)
  private func words<Word: BitwiseCopyable, Value: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    _ cells: Cells, _ field: FieldSchema, _ value: (Word) -> Value?
  ) throws(CellProblem) -> Buffer<Value> {
    try check(cells, MemoryLayout<Word>.size, field)
    let values = Buffer<Value>(uninitialized: cells.count)
    for row in 0..<cells.count {
      if cells.lengths.base[row] < 0 {
        values.base[row] = 0
      } else {
        let word = base.loadUnaligned(fromByteOffset: Int(cells.starts.base[row]), as: Word.self)
        guard let value = value(word) else {
          throw CellProblem(
            row: row, message: "expected \(field.described), found `infinity` or a year that it has not",
            help: "leave such rows out with `query:`, or make them null there")
        }
        values.base[row] = value
      }
    }
    return values
  }

  private func intervals(_ cells: Cells, _ field: FieldSchema) throws(CellProblem) -> Buffer<Int64> {
    try check(cells, 16, field)
    let values = Buffer<Int64>(repeating: 0, count: cells.count)
    for row in 0..<cells.count where cells.lengths.base[row] >= 0 {
      let place = base + Int(cells.starts.base[row])
      let time = Int64(bigEndian: place.loadUnaligned(as: Int64.self))
      let days = Int64(Int32(bigEndian: place.loadUnaligned(fromByteOffset: 8, as: Int32.self)))
      guard Int32(bigEndian: place.loadUnaligned(fromByteOffset: 12, as: Int32.self)) == 0 else {
        throw CellProblem(
          row: row, message: "expected a `Duration`, found an interval of months, which have no fixed length",
          help: "read the days or seconds that it stands for with `query:`")
      }
      let (sum, isOver) = (days * CivilCalendar.microsecondsPerDay).addingReportingOverflow(time)
      if isOver { throw malformed(row, field) }
      values.base[row] = sum
    }
    return values
  }

  private func decimals(_ cells: Cells, _ field: FieldSchema) throws(CellProblem) -> Buffer<Int128> {
    let values = Buffer<Int128>(repeating: 0, count: cells.count)
    for row in 0..<cells.count where cells.lengths.base[row] >= 0 {
      let cell = UnsafeRawBufferPointer(
        start: base + Int(cells.starts.base[row]), count: Int(cells.lengths.base[row]))
      guard let value = ServerNumeric.decimal(cell) else {
        throw CellProblem(
          row: row,
          message:
            "expected a `Decimal`, found a `numeric` of more than 20 digits before the point or 18 after it, "
            + "or `NaN`", help: "read it with `query:` as `round(x, 18)`, or leave such rows out there")
      }
      values.base[row] = value
    }
    return values
  }

  // MARK: Text

  private func views(_ cells: Cells, skipping skipped: Int32) -> Buffer<TextView> {
    let views = Buffer<TextView>(uninitialized: cells.count)
    for row in 0..<cells.count {
      let length = cells.lengths.base[row] - skipped
      views.base[row] =
        length < 0
        ? TextView() : TextView(bytes.base + Int(cells.starts.base[row] + skipped), count: Int(length))
    }
    return views
  }

  private func cases(_ names: [String], _ cells: Cells, _ field: FieldSchema) throws(CellProblem) -> Buffer<
    Int32
  > {
    let arena = TextArena()
    let known = names.map { arena.add($0) }
    let views = views(cells, skipping: 0)
    let values = Buffer<Int32>(repeating: 0, count: cells.count)
    for row in 0..<cells.count where cells.lengths.base[row] >= 0 {
      guard let index = known.firstIndex(where: { $0 == views.base[row] }) else {
        throw CellProblem(
          row: row, message: "expected \(field.described), found \"\(views[row].string.prefix(40))\"")
      }
      values.base[row] = Int32(truncatingIfNeeded: index)
    }
    return values
  }

  private func documents(_ isBinary: Bool, _ cells: Cells, _ field: FieldSchema) throws(CellProblem)
    -> Storage
  {
    let parser = JSONRowParser(schema: TableSchema(columns: [field], isRecord: false))
    let views = views(cells, skipping: isBinary ? 1 : 0)
    for row in 0..<cells.count {
      if cells.lengths.base[row] < 0 {
        parser.appendAbsent()
      } else if let problem = views[row].withBytes({ parser.append($0) }) {
        throw CellProblem(row: row, message: problem)
      }
    }
    return parser.finish().storage
  }

  // MARK: Arrays

  /// The elements of each row, one row after the other.
  private func elements(
    _ cells: Cells, _ field: FieldSchema
  ) throws(CellProblem) -> (offsets: Buffer<Int32>, cells: Cells) {
    let offsets = Buffer<Int32>(uninitialized: cells.count + 1)
    offsets.base[0] = 0
    var starts: [Int32] = []
    var lengths: [Int32] = []
    for row in 0..<cells.count {
      if cells.lengths.base[row] >= 0 {
        let start = Int(cells.starts.base[row])
        let end = start + Int(cells.lengths.base[row])
        let dimensions = int32(start)
        guard dimensions <= 1 else {
          throw CellProblem(
            row: row, message: "expected \(field.described), found an array of \(dimensions) dimensions")
        }
        if dimensions == 1, end - start >= 20 {
          var place = start + 20
          for _ in 0..<max(0, int32(start + 12)) {
            guard place + 4 <= end else { throw malformed(row, field) }
            let length = int32(place)
            starts.append(Int32(truncatingIfNeeded: place + 4))
            lengths.append(length)
            place += 4 + max(Int(length), 0)
          }
          guard place == end else { throw malformed(row, field) }
        }
      }
      offsets.base[row + 1] = Int32(truncatingIfNeeded: starts.count)
    }
    return (offsets, Cells(starts: Buffer(starts), lengths: Buffer(lengths)))
  }

  private func int32(_ place: Int) -> Int32 {
    Int32(bigEndian: base.loadUnaligned(fromByteOffset: place, as: Int32.self))
  }

  private func lists(_ codec: Codec, _ cells: Cells, _ field: FieldSchema) throws(CellProblem) -> Storage {
    let (offsets, elements) = try elements(cells, field)
    do throws(CellProblem) {
      return .list(offsets: offsets, values: try column(codec, field.children[0], elements))
    } catch {
      let row = (0..<cells.count).first { Int(offsets[$0 + 1]) > error.row } ?? 0
      let index = error.row - Int(offsets[row])
      throw CellProblem(row: row, message: "element \(index): \(error.message)", help: error.help)
    }
  }

  private func vectors(_ count: Int, _ cells: Cells, _ field: FieldSchema) throws(CellProblem) -> Buffer<
    Float
  > {
    let (offsets, elements) = try elements(cells, field)
    let values = Buffer<Float>(repeating: 0, count: cells.count * count)
    for row in 0..<cells.count where cells.lengths.base[row] >= 0 {
      let range = Int(offsets[row])..<Int(offsets[row + 1])
      guard range.count == count, range.allSatisfy({ elements.lengths[$0] == 4 }) else {
        throw CellProblem(
          row: row, message: "expected \(count) floats, found \(range.count), or a null among them")
      }
      for (index, element) in range.enumerated() {
        values.base[row * count + index] = Float(
          bitPattern: UInt32(bitPattern: int32(Int(elements.starts[element]))))
      }
    }
    return values
  }
}
