import Columns
import Testing

@Suite struct BatchCodecTests {
  private static let counts = [0, 1, 63, 64, 65, 200]

  /// A batch of every type, with absent rows and without, tagged or not.
  private static func batch(_ count: Int, seed: UInt64, isTagged: Bool = true) -> Batch {
    var random = Random(seed)
    let columns = everyType.flatMap { type in
      [false, true].map { randomColumn(type, count, isOptional: $0, &random) }
    }
    let times = Buffer((0..<count).map { _ in random.pick([Int64.min, .max, 0, -1]) })
    let watermarks = Buffer((0..<count).map { _ in Int64(random.below(1000)) })
    return Batch(
      count: count, columns: columns, tags: isTagged ? RowTags(times: times, watermarks: watermarks) : nil)
  }

  /// Holds a batch to another, cell by cell, and bit by bit: what is the same has the same bytes.
  private static func expectSame(_ found: Batch, _ expected: Batch) {
    #expect(found.count == expected.count && found.columns.count == expected.columns.count)
    for (one, other) in zip(found.columns, expected.columns) { #expect(cells(one) == cells(other)) }
    #expect(found.tags?.times.map { Array($0.values) } == expected.tags?.times.map { Array($0.values) })
    #expect(
      found.tags?.watermarks.map { Array($0.values) } == expected.tags?.watermarks.map { Array($0.values) })
    #expect(found.encoded() == expected.encoded())
  }

  @Test(arguments: counts, [true, false])
  func comesBackAsItWas(_ count: Int, _ isTagged: Bool) throws {
    let batch = Self.batch(count, seed: UInt64(count), isTagged: isTagged)
    Self.expectSame(try Batch.decode(batch.encoded()), batch)
  }

  @Test func everyBitOfAFloatIsKept() throws {
    let doubles: [UInt64] = [
      0, 1 << 63, 0x7FF8_0000_0000_BEEF, 0xFFF0_0000_0000_0001, 0x7FF0_0000_0000_0000, 1,
    ]
    let floats: [UInt32] = [0, 1 << 31, 0x7FC0_BEEF, 0xFF80_0001, 0x7F80_0000, 1]
    let batch = Batch(
      count: 6,
      columns: [
        Column(count: 6, storage: .float64(Buffer(doubles.map { Double(bitPattern: $0) }))),
        Column(count: 6, storage: .vector(Buffer(floats.map { Float(bitPattern: $0) }))),
      ])
    let back = try Batch.decode(batch.encoded())
    guard case .float64(let first) = back.columns[0].storage,
      case .vector(let second) = back.columns[1].storage
    else {
      Issue.record("other storages came back")
      return
    }
    #expect(first.values.map(\.bitPattern) == doubles && second.values.map(\.bitPattern) == floats)
  }

  @Test func aPartOfABatchIsEncodedAlone() throws {
    let whole = Self.batch(200, seed: 3)
    let part = whole.sliced(70..<135)
    Self.expectSame(try Batch.decode(part.encoded()), part)
    #expect(part.encoded().count < whole.encoded().count / 2)
  }

  @Test func valuesThatNoListHasAreLeftOut() throws {
    let values = Column(count: 6, storage: .int64(Buffer([9, 9, 1, 2, 3, 9] as [Int64])))
    let lists = Column(count: 2, storage: .list(offsets: Buffer([2, 4, 5] as [Int32]), values: values))
    let back = try Batch.decode(Batch(count: 2, columns: [lists]).encoded()).columns[0]
    #expect(cells(back) == cells(lists))
    guard case .list(let offsets, let kept) = back.storage else {
      Issue.record("another storage came back")
      return
    }
    #expect(Array(offsets.values) == [0, 2, 3] && kept.count == 3)
  }

  @Test func rowsWithoutColumnsAndPlaceholdersKeepTheirCount() throws {
    #expect(try Batch.decode(Batch(count: 7, columns: []).encoded()).count == 7)
    let placeholder = Column(count: 1_000_000, storage: .structure([]))
    let back = try Batch.decode(Batch(count: 1_000_000, columns: [placeholder]).encoded())
    #expect(back.columns[0].count == 1_000_000)
  }

  @Test func textsOwnTheirBytes() throws {
    var bytes: [UInt8]? = Self.batch(200, seed: 5).encoded()
    let expected = Self.batch(200, seed: 5)
    let back = try Batch.decode(bytes!)
    bytes = nil
    Self.expectSame(back, expected)
  }

  @Test func severalBatchesStandBehindEachOther() throws {
    let batches = [3, 0, 65].map { Self.batch($0, seed: UInt64($0)) }
    var writer = ByteWriter()
    var ends: [Int] = []
    for batch in batches {
      batch.encode(to: &writer)
      ends.append(writer.count)
    }
    let bytes = writer.array()
    for (index, batch) in batches.enumerated() {
      let start = index == 0 ? 0 : ends[index - 1]
      Self.expectSame(try Batch.decode(Array(bytes[start..<ends[index]])), batch)
    }
  }

  @Test func everyPrefixIsRefused() {
    let bytes = Self.batch(5, seed: 1).encoded()
    for length in bytes.indices {
      #expect(throws: DamagedBatch.self) { try Batch.decode(Array(bytes[..<length])) }
    }
    #expect(throws: DamagedBatch.self) { try Batch.decode(bytes + [0]) }
  }

  /// A flipped byte that is no value gives an error, another one another batch: nothing crashes.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func damagedBytesGiveAnErrorOrABatch(_ seed: UInt64) {
    var random = Random(seed)
    let bytes = Self.batch(4, seed: seed).encoded()
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= random.pick([1, 2, 0x40, 0x80, 0xFF, UInt8(1 + random.below(255))])
      if random.below(3) == 0 { damaged.removeLast(random.below(damaged.count)) }
      guard let batch = try? Batch.decode(damaged) else { continue }
      for column in batch.columns {
        for row in [0, batch.count / 2, batch.count - 1] where row >= 0 && row < batch.count {
          _ = cell(column, row)
        }
      }
    }
  }

  @Test func nestingThatWouldOverflowTheStackIsRefused() {
    // A batch of no rows whose column is a list of a list, and so on.
    var bytes: [UInt8] = [0x54, 0x57, 0x42, 1] + [UInt8](repeating: 0, count: 9) + [1, 0, 0, 0]
    for _ in 0..<1_000_000 { bytes += [6] + [UInt8](repeating: 0, count: 8) }
    #expect(throws: DamagedBatch(reason: "the columns are nested too deep")) {
      try Batch.decode(bytes)
    }
  }

  @Test func anotherVersionIsTold() {
    var bytes = Batch(count: 0, columns: []).encoded()
    bytes[3] = 9
    #expect(throws: DamagedBatch(reason: "version 9 is not known")) { try Batch.decode(bytes) }
    bytes[0] = 9
    #expect(throws: DamagedBatch(reason: "the bytes are no batch")) { try Batch.decode(bytes) }
  }
}
