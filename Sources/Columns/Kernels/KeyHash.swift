// Fast hashes of keys for tables in memory: equal rows have equal hashes. They may change between versions;
// what users can see the effect of uses the frozen hash of the canonical bytes.

@inlinable @inline(__always) func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}

@usableFromInline let hashSeed: UInt64 = 0x9E37_79B9_7F4A_7C15
@usableFromInline let hashSecret: UInt64 = 0xA076_1D64_78BD_642F
@usableFromInline let hashAbsent: UInt64 = 0xE703_7ED1_A0B4_28DB

@inline(__always) private func hashed(_ value: UInt64, _ hash: UInt64) -> UInt64 {
  mix(value ^ hash, hashSecret)
}

@inline(__always) private func hashed(_ value: Double, _ hash: UInt64) -> UInt64 {
  hashed(value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern, hash)
}

@inline(__always) private func hashed(_ value: Int128, _ hash: UInt64) -> UInt64 {
  hashed(
    UInt64(truncatingIfNeeded: value >> 64), hashed(UInt64(truncatingIfNeeded: value), hash))
}

@inline(__always) private func hashed(_ view: TextView, _ hash: UInt64) -> UInt64 {
  // Bytes past the end are 0, so the two words of a short text say all.
  if view.isInline { return mix(view.head ^ hash, view.tail ^ hashSecret) }
  return view.withBytes { bytes in
    guard let base = UnsafeRawPointer(bytes.baseAddress) else { return hash }
    var result = hash ^ UInt64(truncatingIfNeeded: bytes.count)
    var index = 0
    while index + 16 <= bytes.count {
      let a = base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let b = base.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
      result = mix(a ^ hashSecret, b ^ result)
      index += 16
    }
    if index < bytes.count {
      // More than 12 bytes: the last 8 and the 8 before overlap what was read, which is harmless.
      let tail = base.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
      let start = bytes.count >= 16 ? bytes.count - 16 : 0
      let before = base.loadUnaligned(fromByteOffset: start, as: UInt64.self)
      result = mix(before ^ hashSecret, tail ^ result)
    }
    return mix(result, hashSeed)
  }
}

extension Column {
  /// Mixes a hash of each row into `hashes`, which has as many values.
  public func mixHashes(into hashes: UnsafeMutablePointer<UInt64>) {
    if let validity {
      let before = Buffer<UInt64>(uninitialized: count)
      before.base.initialize(from: hashes, count: count)
      mixValues(into: hashes)
      for row in 0..<count where !validity[row] { hashes[row] = hashed(hashAbsent, before.base[row]) }
    } else {
      mixValues(into: hashes)
    }
  }

  private func mixValues(into hashes: UnsafeMutablePointer<UInt64>) {
    switch storage {
    case .bits(let bits):
      for row in 0..<count { hashes[row] = hashed(bits[row] ? UInt64(2) : 1, hashes[row]) }
    case .int32(let values):
      for row in 0..<count {
        hashes[row] = hashed(UInt64(truncatingIfNeeded: values.base[row]), hashes[row])
      }
    case .int64(let values):
      for row in 0..<count {
        hashes[row] = hashed(UInt64(truncatingIfNeeded: values.base[row]), hashes[row])
      }
    case .float64(let values):
      for row in 0..<count { hashes[row] = hashed(values.base[row], hashes[row]) }
    case .int128(let values):
      for row in 0..<count { hashes[row] = hashed(values.base[row], hashes[row]) }
    case .text(let views, _):
      for row in 0..<count { hashes[row] = hashed(views.base[row], hashes[row]) }
    case .structure(let columns):
      for column in columns { column.mixHashes(into: hashes) }
    case .vector(let values):
      let width = vectorWidth
      for row in 0..<count {
        for index in row * width..<(row + 1) * width {
          hashes[row] = hashed(Double(values.base[index]), hashes[row])
        }
      }
    case .list(let offsets, let values):
      let children = Buffer<UInt64>(repeating: hashSeed, count: values.count)
      values.mixHashes(into: children.base)
      for row in 0..<count {
        let range = Int(offsets.base[row])..<Int(offsets.base[row + 1])
        var hash = hashed(UInt64(truncatingIfNeeded: range.count), hashes[row])
        for child in range { hash = hashed(children.base[child], hash) }
        hashes[row] = hash
      }
    }
  }
}

/// A hash of each row of some key columns, all of `count` rows.
public func hashRows(_ columns: [Column], count: Int) -> Buffer<UInt64> {
  let hashes = Buffer<UInt64>(repeating: hashSeed, count: count)
  for column in columns { column.mixHashes(into: hashes.base) }
  return hashes
}
