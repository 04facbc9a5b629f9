// Rows by index: `gathered` takes rows in any order and any number of times, `gatheredOptional` gives an
// absent row for the index -1 (left joins), `filtered` and `sliced` keep rows in order.

extension Column {
  /// The rows at `indices`, in that order; every index lies within the column.
  public func gathered(_ indices: UnsafeBufferPointer<Int32>) -> Column {
    Column(
      count: indices.count, validity: validity?.gathered(indices), storage: gatheredStorage(indices))
  }

  /// The rows at `indices`, in that order; every index lies within the column.
  public func gathered(_ indices: Buffer<Int32>) -> Column {
    withExtendedLifetime(indices) { gathered(indices.values) }
  }

  /// The rows at `indices`; a negative index gives an absent row.
  public func gatheredOptional(_ indices: UnsafeBufferPointer<Int32>) -> Column {
    var hasAbsent = false
    for index in indices { hasAbsent = hasAbsent || index < 0 }
    guard hasAbsent else { return gathered(indices) }
    let validity = Bitmap(count: indices.count) { row in
      let index = Int(indices[row])
      return index >= 0 && isPresent(index)
    }
    if count == 0 {
      return Column(count: indices.count, validity: validity, storage: storage.zerosAlike(indices.count))
    }
    // An absent row may hold any valid value: the first row's.
    let clamped = Buffer<Int32>(uninitialized: indices.count)
    for row in 0..<indices.count { clamped.base[row] = max(indices[row], 0) }
    return withExtendedLifetime(clamped) {
      Column(count: indices.count, validity: validity, storage: gatheredStorage(clamped.values))
    }
  }

  /// The rows at `indices`; a negative index gives an absent row.
  public func gatheredOptional(_ indices: Buffer<Int32>) -> Column {
    withExtendedLifetime(indices) { gatheredOptional(indices.values) }
  }

  /// The rows whose bit is set.
  public func filtered(by mask: Bitmap) -> Column {
    let kept = mask.setCount
    if kept == count { return self }
    return gathered(mask.setIndices())
  }

  /// The rows of `range`, copied.
  public func sliced(_ range: Range<Int>) -> Column {
    if range.lowerBound == 0, range.upperBound == count { return self }
    return Column(
      count: range.count, validity: validity?.sliced(range), storage: slicedStorage(range))
  }

  /// Row `row` (0 of a constant) `count` times.
  public func repeated(_ count: Int, row: Int = 0) -> Column {
    if count == self.count, count == 1, row == 0 { return self }
    let validity: Bitmap? = isPresent(row) ? nil : Bitmap(repeating: false, count: count)
    let storage: Storage
    switch self.storage {
    case .bits(let bits): storage = .bits(Bitmap(repeating: bits[row], count: count))
    case .int32(let values): storage = .int32(Buffer(repeating: values[row], count: count))
    case .int64(let values): storage = .int64(Buffer(repeating: values[row], count: count))
    case .float64(let values): storage = .float64(Buffer(repeating: values[row], count: count))
    case .int128(let values): storage = .int128(Buffer(repeating: values[row], count: count))
    case .text(let views, let owners):
      let view = views[row]
      storage = .text(Buffer(repeating: view, count: count), owners: view.isInline ? [] : owners)
    case .structure(let columns): storage = .structure(columns.map { $0.repeated(count, row: row) })
    case .list, .vector:
      let indices = Buffer<Int32>(repeating: Int32(truncatingIfNeeded: row), count: count)
      storage = withExtendedLifetime(indices) { gatheredStorage(indices.values) }
    }
    return Column(count: count, validity: validity, storage: storage)
  }

  /// The same values; absent, too, where `present` is not set.
  public func masked(by present: Bitmap?) -> Column {
    guard let present else { return self }
    return Column(count: count, validity: validity.and(present), storage: storage)
  }

  /// The same values, all present.
  public var assumingPresent: Column {
    validity == nil ? self : Column(count: count, storage: storage)
  }

  /// A column of `count` rows that all have the type's default bits: zero, empty, the first case.
  public static func zeros(_ type: ColumnType, count: Int, validity: Bitmap? = nil) -> Column {
    Column(count: count, validity: validity, storage: Storage.zeros(type, count))
  }

  /// A column of `count` absent rows.
  public static func absent(_ type: ColumnType, count: Int) -> Column {
    zeros(type, count: count, validity: Bitmap(repeating: false, count: count))
  }
}

extension Batch {
  /// The rows at `indices`, in that order.
  public func gathered(_ indices: UnsafeBufferPointer<Int32>) -> Batch {
    Batch(
      count: indices.count, columns: columns.map { $0.gathered(indices) }, tags: tags?.gathered(indices))
  }

  /// The rows at `indices`, in that order.
  public func gathered(_ indices: Buffer<Int32>) -> Batch {
    withExtendedLifetime(indices) { gathered(indices.values) }
  }

  /// The rows at `indices`; a negative index gives a row whose columns are all absent.
  public func gatheredOptional(_ indices: UnsafeBufferPointer<Int32>) -> Batch {
    Batch(count: indices.count, columns: columns.map { $0.gatheredOptional(indices) })
  }

  /// The rows whose bit is set; the batch itself when all are.
  public func filtered(by mask: Bitmap) -> Batch {
    let kept = mask.setCount
    if kept == count { return self }
    return gathered(mask.setIndices())
  }

  /// The rows of `range`.
  public func sliced(_ range: Range<Int>) -> Batch {
    Batch(
      count: range.count, columns: columns.map { $0.sliced(range) }, tags: tags?.sliced(range))
  }
}

extension Bitmap {
  /// The bits of `range`.
  public func sliced(_ range: Range<Int>) -> Bitmap {
    if range.lowerBound == 0, range.upperBound == count { return self }
    let length = (range.count + 63) / 64
    let result = Buffer<UInt64>(uninitialized: length)
    let first = range.lowerBound >> 6
    let shift = UInt64(range.lowerBound & 63)
    for word in 0..<length {
      var bits = words.base[first + word] >> shift
      if shift != 0, first + word + 1 < words.count { bits |= words.base[first + word + 1] << (64 - shift) }
      result.base[word] = bits
    }
    if range.count % 64 != 0 { result.base[length - 1] &= (1 << UInt64(range.count % 64)) - 1 }
    return Bitmap(words: result, count: range.count)
  }

  /// Whether no bit is set.
  @inlinable public var isEmpty: Bool {
    for word in 0..<words.count where words.base[word] != 0 { return false }
    return true
  }

  /// Whether every bit is set.
  @inlinable public var isFull: Bool { setCount == count }
}

extension Buffer {
  /// The values at `indices`.
  @inlinable public func gathered(_ indices: UnsafeBufferPointer<Int32>) -> Buffer<Value> {
    let result = Buffer(uninitialized: indices.count)
    let from = base
    let to = result.base
    for row in 0..<indices.count { to[row] = from[Int(indices[row])] }
    return result
  }

  /// The values of `range`.
  @inlinable public func sliced(_ range: Range<Int>) -> Buffer<Value> {
    let result = Buffer(uninitialized: range.count)
    result.base.initialize(from: base + range.lowerBound, count: range.count)
    return result
  }
}

extension Column {
  private func gatheredStorage(_ indices: UnsafeBufferPointer<Int32>) -> Storage {
    switch storage {
    case .bits(let bits): return .bits(bits.gathered(indices))
    case .int32(let values): return .int32(values.gathered(indices))
    case .int64(let values): return .int64(values.gathered(indices))
    case .float64(let values): return .float64(values.gathered(indices))
    case .int128(let values): return .int128(values.gathered(indices))
    case .text(let views, let owners): return .text(views.gathered(indices), owners: owners)
    case .structure(let columns): return .structure(columns.map { $0.gathered(indices) })
    case .vector(let values):
      let width = vectorWidth
      let result = Buffer<Float>(uninitialized: indices.count * width)
      for row in 0..<indices.count {
        (result.base + row * width).initialize(from: values.base + Int(indices[row]) * width, count: width)
      }
      return .vector(result)
    case .list(let offsets, let values):
      let starts = Buffer<Int32>(uninitialized: indices.count + 1)
      var total = 0
      for row in 0..<indices.count {
        starts.base[row] = Int32(truncatingIfNeeded: total)
        let index = Int(indices[row])
        total += Int(offsets.base[index + 1]) - Int(offsets.base[index])
      }
      precondition(total <= Int32.max, "a batch holds at most 2^31 list elements")
      starts.base[indices.count] = Int32(total)
      let children = Buffer<Int32>(uninitialized: total)
      var next = 0
      for row in 0..<indices.count {
        let index = Int(indices[row])
        for child in offsets.base[index]..<offsets.base[index + 1] {
          children.base[next] = child
          next += 1
        }
      }
      return .list(offsets: starts, values: values.gathered(children))
    }
  }

  private func slicedStorage(_ range: Range<Int>) -> Storage {
    switch storage {
    case .bits(let bits): return .bits(bits.sliced(range))
    case .int32(let values): return .int32(values.sliced(range))
    case .int64(let values): return .int64(values.sliced(range))
    case .float64(let values): return .float64(values.sliced(range))
    case .int128(let values): return .int128(values.sliced(range))
    case .text(let views, let owners): return .text(views.sliced(range), owners: owners)
    case .structure(let columns): return .structure(columns.map { $0.sliced(range) })
    case .vector(let values):
      let width = vectorWidth
      return .vector(values.sliced(range.lowerBound * width..<range.upperBound * width))
    case .list(let offsets, let values):
      let first = offsets.base[range.lowerBound]
      let starts = Buffer<Int32>(uninitialized: range.count + 1)
      for row in 0...range.count { starts.base[row] = offsets.base[range.lowerBound + row] - first }
      let children = Int(first)..<Int(offsets.base[range.upperBound])
      return .list(offsets: starts, values: values.sliced(children))
    }
  }

  /// Floats a row of a vector column; 0 without rows.
  public var vectorWidth: Int {
    guard count > 0, case .vector(let values) = storage else { return 0 }
    return values.count / count
  }
}

extension Storage {
  /// `count` values with all bits zero: 0, empty, the first case.
  static func zeros(_ type: ColumnType, _ count: Int) -> Storage {
    switch type {
    case .bool: .bits(Bitmap(repeating: false, count: count))
    case .int, .timestamp, .duration: .int64(Buffer(repeating: 0, count: count))
    case .float: .float64(Buffer(repeating: 0, count: count))
    case .decimal, .uuid: .int128(Buffer(repeating: 0, count: count))
    case .string, .bytes: .text(Buffer(repeating: TextView(), count: count), owners: [])
    case .json: .text(Buffer(repeating: TextView.jsonNull, count: count), owners: [])
    case .date, .enumeration: .int32(Buffer(repeating: 0, count: count))
    case .list(let element):
      .list(offsets: Buffer(repeating: 0, count: count + 1), values: .zeros(element, count: 0))
    case .map(let value):
      .list(
        offsets: Buffer(repeating: 0, count: count + 1),
        values: .zeros(.structure([.init("key", .string), .init("value", value)]), count: 0))
    case .vector(let width): .vector(Buffer(repeating: 0, count: count * width))
    case .structure(let fields): .structure(fields.map { .zeros($0.type, count: count) })
    }
  }

  /// `count` zero values of the same kind of storage.
  func zerosAlike(_ count: Int) -> Storage {
    switch self {
    case .bits: .bits(Bitmap(repeating: false, count: count))
    case .int32: .int32(Buffer(repeating: 0, count: count))
    case .int64: .int64(Buffer(repeating: 0, count: count))
    case .float64: .float64(Buffer(repeating: 0, count: count))
    case .int128: .int128(Buffer(repeating: 0, count: count))
    case .text: .text(Buffer(repeating: TextView(), count: count), owners: [])
    case .vector: .vector(Buffer(uninitialized: 0))
    case .list(_, let values):
      .list(offsets: Buffer(repeating: 0, count: count + 1), values: values.sliced(0..<0))
    case .structure(let columns):
      .structure(columns.map { Column(count: count, storage: $0.storage.zerosAlike(count)) })
    }
  }
}

extension TextView {
  /// The JSON value `null`.
  public static let jsonNull: TextView = {
    let text: [UInt8] = [0x6E, 0x75, 0x6C, 0x6C]
    return text.withUnsafeBufferPointer { TextView($0.baseAddress!, count: 4) }
  }()
}
