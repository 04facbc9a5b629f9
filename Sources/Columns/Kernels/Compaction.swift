extension Column {
  /// The same rows with the bytes of long texts in a block of their own, so that rows that are kept do not keep
  /// whole blocks of input alive.
  public func compacted() -> Column {
    switch storage {
    case .bits, .int32, .int64, .float64, .int128, .vector: return self
    case .text(let views, let owners):
      if owners.isEmpty { return self }
      var size = 0
      for row in 0..<count where !views.base[row].isInline { size += views.base[row].count }
      if size == 0 { return Column(count: count, validity: validity, storage: .text(views, owners: [])) }
      let block = Buffer<UInt8>(uninitialized: size)
      let copies = Buffer<TextView>(uninitialized: count)
      var next = block.base
      for row in 0..<count {
        let view = views.base[row]
        if view.isInline {
          copies.base[row] = view
        } else {
          view.withBytes { bytes in
            if let base = bytes.baseAddress { next.initialize(from: base, count: bytes.count) }
          }
          copies.base[row] = TextView(next, count: view.count)
          next += view.count
        }
      }
      return Column(count: count, validity: validity, storage: .text(copies, owners: [block]))
    case .list(let offsets, let values):
      return Column(
        count: count, validity: validity, storage: .list(offsets: offsets, values: values.compacted()))
    case .structure(let columns):
      return Column(
        count: count, validity: validity, storage: .structure(columns.map { $0.compacted() }))
    }
  }

  /// About how many bytes the rows take, those of long texts included.
  public var byteSize: Int {
    var size = validity.map { $0.words.count * 8 } ?? 0
    switch storage {
    case .bits(let bits): size += bits.words.count * 8
    case .int32: size += count * 4
    case .int64, .float64: size += count * 8
    case .int128: size += count * 16
    case .text(let views, _):
      size += count * 16
      for row in 0..<count where !views.base[row].isInline { size += views.base[row].count }
    case .vector(let values): size += values.count * 4
    case .list(_, let values): size += count * 4 + values.byteSize
    case .structure(let columns): size += columns.reduce(0) { $0 + $1.byteSize }
    }
    return size
  }
}

extension Batch {
  /// The same rows, their long texts copied into blocks of their own; where they come from is forgotten.
  public func compacted() -> Batch {
    Batch(count: count, columns: columns.map { $0.compacted() }, tags: tags?.withoutOrigin)
  }

  /// About how many bytes the rows take.
  public var byteSize: Int { columns.reduce(0) { $0 + $1.byteSize } }
}
