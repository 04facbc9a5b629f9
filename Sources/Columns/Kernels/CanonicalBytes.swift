extension Column {
  /// Appends the canonical bytes of a row: equal values have equal bytes, in every version. A value is a byte 1
  /// and its bytes, least significant first (texts and lists after their length in 8 bytes, enums by the name of
  /// the case); an absent one is a byte 0.
  public func appendCanonicalBytes(of row: Int, _ type: ColumnType, to bytes: inout [UInt8]) {
    guard isPresent(row) else { return bytes.append(0) }
    bytes.append(1)
    switch storage {
    case .bits(let bits): bytes.append(bits[row] ? 1 : 0)
    case .int32(let values):
      if case .enumeration(let names) = type {
        let index = Int(values[row])
        let name = names.indices.contains(index) ? names[index] : ""
        bytes.append(fixedWidth: UInt64(name.utf8.count))
        bytes.append(contentsOf: name.utf8)
      } else {
        bytes.append(fixedWidth: values[row])
      }
    case .int64(let values): bytes.append(fixedWidth: values[row])
    case .float64(let values): bytes.append(fixedWidth: canonicalBits(values[row]))
    case .int128(let values): bytes.append(fixedWidth: values[row])
    case .text(let views, _):
      bytes.append(fixedWidth: UInt64(views[row].count))
      views[row].withBytes { bytes.append(contentsOf: $0) }
    case .vector(let values):
      let width = vectorWidth
      for index in row * width..<(row + 1) * width {
        bytes.append(fixedWidth: canonicalBits(Double(values[index])))
      }
    case .list(let offsets, let values):
      let range = Int(offsets[row])..<Int(offsets[row + 1])
      bytes.append(fixedWidth: UInt64(range.count))
      let element = type.elementOfList
      for child in range { values.appendCanonicalBytes(of: child, element, to: &bytes) }
    case .structure(let columns):
      guard case .structure(let fields) = type else { return }
      for index in columns.indices {
        columns[index].appendCanonicalBytes(of: row, fields[index].type, to: &bytes)
      }
    }
  }
}

private func canonicalBits(_ value: Double) -> UInt64 {
  value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern
}

extension [UInt8] {
  fileprivate mutating func append<Value: FixedWidthInteger>(fixedWidth value: Value) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
