import Columns
import Hashing
import Semantics

/// How the values of a key lie in 64-bit lanes, a fixed number a row, so that equal keys have equal lanes:
/// numbers and times take one lane or two, text takes its view, an optional value one more lane in front.
/// Text of more than 12 bytes is equal also when only its bytes are, not its address.
struct KeyLayout: Sendable {
  indirect enum Part: Sendable {
    case bits, int32, int64, float64, int128, text
    /// Lists, maps and vectors, as the text of their canonical bytes.
    case bytes(ColumnType)
    case optional(Part)
    case structure([Part])

    var width: Int {
      switch self {
      case .bits, .int32, .int64, .float64: 1
      case .int128, .text, .bytes: 2
      case .optional(let part): 1 + part.width
      case .structure(let parts): parts.reduce(0) { $0 + $1.width }
      }
    }
  }

  /// One for each column of the key.
  let parts: [Part]
  /// Lanes a row.
  let width: Int
  /// For each lane, whether it is the second one of a text.
  let isTextTail: [Bool]
  /// Whether any lane is.
  let hasText: Bool

  init(parts: [Part]) {
    self.parts = parts
    width = parts.reduce(0) { $0 + $1.width }
    var tails: [Bool] = []
    for part in parts { KeyLayout.markTails(part, &tails) }
    isTextTail = tails
    hasText = tails.contains(true)
  }

  /// A key of these types, a column each.
  init(types: [Type]) { self.init(parts: types.map(KeyLayout.part)) }

  /// A key of these types of which an absent one equals nothing: no lanes tell that it is absent.
  init(joinTypes types: [Type]) {
    self.init(
      parts: types.map { type in
        if case .optional(let inner) = type { KeyLayout.part(inner) } else { KeyLayout.part(type) }
      })
  }

  private static func markTails(_ part: Part, _ tails: inout [Bool]) {
    switch part {
    case .bits, .int32, .int64, .float64: tails.append(false)
    case .int128: tails += [false, false]
    case .text, .bytes: tails += [false, true]
    case .optional(let inner):
      tails.append(false)
      markTails(inner, &tails)
    case .structure(let parts): for part in parts { markTails(part, &tails) }
    }
  }

  static func part(_ type: Type) -> Part {
    switch type {
    case .bool: .bits
    case .int, .timestamp, .duration: .int64
    case .float: .float64
    case .decimal, .uuid: .int128
    case .date, .enumeration: .int32
    case .string, .bytes, .json: .text
    case .optional(let inner): .optional(part(inner))
    case .distinct(let distinct): part(distinct.raw)
    case .record(let record): .structure(record.fields.map { part($0.type) })
    case .row(let row): .structure(row.types.map(part))
    case .list, .map, .vector, .regex, .file, .directory, .secret, .nothing, .error: .bytes(ColumnType(type))
    }
  }
}

/// The lanes and hashes of the keys of some rows.
struct EncodedKeys {
  /// Rows.
  let count: Int
  /// Row after row, `layout.width` lanes each.
  let lanes: Buffer<UInt64>
  /// A hash for each row, good in all its bits.
  let hashes: Buffer<UInt64>
  /// Rows none of whose optional parts is absent; only for layouts of joins.
  let present: Bitmap?
  /// Keeps the bytes alive that lanes point to.
  let owners: [any TextOwner]
}

/// The multiplicative mix under all hashes of the engine: both halves of a 128-bit product.
@inline(__always) func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}

private let seed: UInt64 = 0x9E37_79B9_7F4A_7C15
private let factor: UInt64 = 0xA076_1D64_78BD_642F

extension KeyLayout {
  /// The keys of all rows: `columns` are as `parts`. A layout of joins gives `present`.
  func encode(_ columns: [Column], count: Int, forJoin: Bool = false) -> EncodedKeys {
    let lanes = Buffer<UInt64>(uninitialized: count * width)
    let hashes = Buffer<UInt64>(repeating: seed, count: count)
    var encoder = KeyEncoder(width: width, lanes: lanes.base, hashes: hashes.base, count: count)
    var present: Bitmap?
    for (part, column) in zip(parts, columns) {
      if forJoin {
        present = present.and(column.validity)
        encoder.add(part, column, column.validity)
      } else {
        encoder.add(part, column, nil)
      }
    }
    return EncodedKeys(
      count: count, lanes: lanes, hashes: hashes, present: present, owners: encoder.owners)
  }

  /// Whether two rows have equal keys.
  @inline(__always)
  func areEqual(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>, width: Int) -> Bool {
    for lane in 0..<width where a[lane] != b[lane] {
      if !hasText || !isTextTail[lane] || !KeyLayout.haveEqualBytes(a + lane - 1, b + lane - 1) {
        return false
      }
    }
    return true
  }

  /// Two texts whose heads are equal and whose second lanes are not.
  @inline(never)
  private static func haveEqualBytes(_ a: UnsafePointer<UInt64>, _ b: UnsafePointer<UInt64>) -> Bool {
    a[0] == b[0] && TextView(head: a[0], tail: a[1]) == TextView(head: b[0], tail: b[1])
  }

  /// The same keys, with the bytes of long texts in an arena of their own.
  func compacted(_ keys: EncodedKeys) -> EncodedKeys {
    var hasLong = false
    if hasText {
      for lane in 0..<width where isTextTail[lane] {
        for row in 0..<keys.count {
          hasLong = hasLong || !TextView(head: keys.lanes.base[row * width + lane - 1], tail: 0).isInline
        }
      }
    }
    let arena = TextArena()
    if hasLong { for row in 0..<keys.count { adopt(keys.lanes.base + row * width, into: arena) } }
    return EncodedKeys(
      count: keys.count, lanes: keys.lanes, hashes: keys.hashes, present: keys.present,
      owners: hasLong ? [arena] : [])
  }

  /// Moves the bytes that a key's lanes point to into `arena`, so that nothing else is kept alive.
  func adopt(_ lanes: UnsafeMutablePointer<UInt64>, into arena: TextArena) {
    guard hasText else { return }
    for lane in 0..<width where isTextTail[lane] {
      let view = TextView(head: lanes[lane - 1], tail: lanes[lane])
      if !view.isInline { lanes[lane] = view.withBytes { arena.add($0) }.tail }
    }
  }
}

/// Writes lanes and folds hashes, a column at a time.
private struct KeyEncoder {
  let width: Int
  let lanes: UnsafeMutablePointer<UInt64>
  let hashes: UnsafeMutablePointer<UInt64>
  let count: Int
  var lane = 0
  var owners: [any TextOwner] = []

  /// Adds a part; where `absent` says so, or the column, its lanes are 0.
  mutating func add(_ part: KeyLayout.Part, _ column: Column, _ validity: Bitmap?) {
    switch part {
    case .optional(let inner):
      let present = validity.and(column.validity)
      if let present {
        put { present[$0] ? 1 : 0 }
      } else {
        put { _ in 1 }
      }
      add(inner, column, present)
    case .structure(let parts):
      for (part, field) in zip(parts, column.fields) { add(part, field, validity) }
    case .bits:
      let bits = column.bits
      put(validity) { bits[$0] ? 1 : 0 }
    case .int32:
      let values = column.int32s.base
      put(validity) { UInt64(bitPattern: Int64(values[$0])) }
    case .int64:
      let values = column.int64s.base
      put(validity) { UInt64(bitPattern: values[$0]) }
    case .float64:
      let values = column.floats.base
      put(validity) { canonicalBits(values[$0]) }
    case .int128:
      let values = column.int128s.base
      put(validity) { UInt64(truncatingIfNeeded: values[$0]) }
      put(validity) { UInt64(truncatingIfNeeded: values[$0] >> 64) }
    case .text:
      owners += column.textOwners
      putText(column.texts.base, validity)
    case .bytes(let type):
      let arena = TextArena()
      owners.append(arena)
      let views = Buffer<TextView>(uninitialized: count)
      var bytes: [UInt8] = []
      for row in 0..<count {
        bytes.removeAll(keepingCapacity: true)
        if validity?[row] ?? true { column.appendCanonicalBytes(of: row, type, to: &bytes) }
        views.base[row] = bytes.withUnsafeBufferPointer { arena.add($0) }
      }
      putText(views.base, nil)
    }
  }

  private mutating func put(_ validity: Bitmap? = nil, _ value: (Int) -> UInt64) {
    var target = lanes + lane
    if let validity {
      for row in 0..<count {
        let bits = validity[row] ? value(row) : 0
        target.pointee = bits
        hashes[row] = mixed(hashes[row] ^ bits, factor)
        target += width
      }
    } else {
      for row in 0..<count {
        let bits = value(row)
        target.pointee = bits
        hashes[row] = mixed(hashes[row] ^ bits, factor)
        target += width
      }
    }
    lane += 1
  }

  private mutating func putText(_ views: UnsafeMutablePointer<TextView>, _ validity: Bitmap?) {
    var target = lanes + lane
    for row in 0..<count {
      let view = validity?[row] ?? true ? views[row] : TextView()
      target[0] = view.head
      target[1] = view.tail
      let content = view.isInline ? view.tail : view.withBytes { FrozenHash.hash($0) }
      hashes[row] = mixed(hashes[row] ^ view.head, content ^ factor)
      target += width
    }
    lane += 2
  }
}
