import Columns
import Testing

@Suite struct RowKernelTests {
  @Test(arguments: everyType, [0, 1, 63, 64, 65, 200])
  func rowsAreGatheredFilteredAndSliced(_ type: ColumnType, _ count: Int) {
    var random = Random(UInt64(count))
    for isOptional in [false, true] {
      let column = randomColumn(type, count, isOptional: isOptional, &random)
      let all = cells(column)
      let indices = count == 0 ? [] : (0..<150).map { _ in Int32(random.below(count)) }
      #expect(cells(column.gathered(Buffer(indices))) == indices.map { all[Int($0)] })
      let optional = (0..<70).map { _ in count == 0 ? Int32(-1) : Int32(random.below(count + 1) - 1) }
      #expect(
        cells(column.gatheredOptional(Buffer(optional))) == optional.map { $0 < 0 ? .absent : all[Int($0)] })
      let kept = (0..<count).map { _ in random.below(3) > 0 }
      let mask = Bitmap(count: count) { kept[$0] }
      #expect(cells(column.filtered(by: mask)) == zip(all, kept).filter(\.1).map(\.0))
      let start = random.below(count + 1)
      let end = start + random.below(count - start + 1)
      #expect(cells(column.sliced(start..<end)) == Array(all[start..<end]))
      if count > 0 {
        let row = random.below(count)
        #expect(cells(column.repeated(9, row: row)) == Array(repeating: all[row], count: 9))
      }
    }
  }

  @Test(arguments: everyType)
  func columnsAreConcatenatedAndInterleaved(_ type: ColumnType) {
    var random = Random(7)
    let columns = [3, 0, 64, 1, 100].map { randomColumn(type, $0, isOptional: $0 == 64, &random) }
    let all = columns.map { cells($0) }
    #expect(cells(.concatenated(columns)) == all.flatMap { $0 })
    let full = columns.indices.filter { columns[$0].count > 0 }
    let sources = (0..<130).map { _ in random.pick(full) }
    let rows = sources.map { random.below(columns[$0].count) }
    let choices = Choices(
      source: Buffer(sources.map { UInt32($0) }), row: Buffer(rows.map { Int32($0) }))
    #expect(cells(.interleaved(columns, choices)) == zip(sources, rows).map { all[$0][$1] })
  }

  @Test(arguments: everyType)
  func compactionKeepsRowsAndDropsTheirSources(_ type: ColumnType) {
    var random = Random(3)
    let column = randomColumn(type, 100, isOptional: true, &random)
    let compact = column.compacted()
    #expect(cells(compact) == cells(column))
    #expect(compact.byteSize <= column.byteSize)
    if case .text(_, let owners) = compact.storage { #expect(owners.count <= 1) }
  }

  @Test(arguments: everyType)
  func equalRowsHaveEqualHashesAndBytes(_ type: ColumnType) {
    var random = Random(11)
    let column = randomColumn(type, 120, isOptional: true, &random)
    let all = cells(column)
    let hashes = hashRows([column], count: column.count)
    let bytes = all.indices.map { row in
      var bytes: [UInt8] = []
      column.appendCanonicalBytes(of: row, type, to: &bytes)
      return bytes
    }
    var collisions = 0
    for i in all.indices {
      for j in all.indices {
        let isEqual = column.isEqual(i, to: column, j)
        #expect(isEqual == (all[i] == all[j]))
        #expect(isEqual == (bytes[i] == bytes[j]))
        if isEqual { #expect(hashes[i] == hashes[j]) } else if hashes[i] == hashes[j] { collisions += 1 }
      }
    }
    #expect(collisions == 0)
  }

  @Test(arguments: everyType)
  func candidatesAreKeptWhereTheyAreEqual(_ type: ColumnType) {
    var random = Random(19)
    let left = randomColumn(type, 40, isOptional: true, &random)
    let right = randomColumn(type, 50, isOptional: random.below(2) == 0, &random)
    let rows = (0..<300).map { _ in Int32(random.below(40)) }
    let others = (0..<300).map { _ in Int32(random.below(50)) }
    var flags = (0..<300).map { _ in random.below(5) > 0 }
    let expected = (0..<300).map { flags[$0] && cell(left, Int(rows[$0])) == cell(right, Int(others[$0])) }
    rows.withUnsafeBufferPointer { a in
      others.withUnsafeBufferPointer { b in
        flags.withUnsafeMutableBufferPointer { left.keepEqual(a, to: right, b, $0.baseAddress!) }
      }
    }
    #expect(flags == expected)
  }

  @Test func canonicalBytesAreFrozen() {
    func bytes(_ storage: Storage, _ type: ColumnType) -> [UInt8] {
      var bytes: [UInt8] = []
      Column(count: 1, storage: storage).appendCanonicalBytes(of: 0, type, to: &bytes)
      return bytes
    }
    #expect(bytes(.int64(Buffer([258])), .int) == [1, 2, 1, 0, 0, 0, 0, 0, 0])
    #expect(bytes(.int32(Buffer([1])), .date) == [1, 1, 0, 0, 0])
    #expect(
      bytes(.int32(Buffer([1])), .enumeration(["no", "yes"])) == [1, 3, 0, 0, 0, 0, 0, 0, 0]
        + Array("yes".utf8))
    #expect(bytes(.float64(Buffer([-0.0])), .float) == [1, 0, 0, 0, 0, 0, 0, 0, 0])
    var absent: [UInt8] = []
    Column.absent(.int, count: 1).appendCanonicalBytes(of: 0, .int, to: &absent)
    #expect(absent == [0])
  }

  @Test(arguments: [0, 1, 64, 100, 129])
  func packedBitsAreThoseOfThePredicate(_ count: Int) {
    var random = Random(5)
    let wanted = (0..<count).map { _ in random.below(2) == 0 }
    let bits = Bitmap(packing: count) { wanted[$0] }
    #expect((0..<count).map { bits[$0] } == wanted)
    #expect(bits.setCount == wanted.filter { $0 }.count)
  }
}
