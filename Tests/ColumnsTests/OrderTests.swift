import Columns
import Testing

@Suite struct OrderTests {
  private func sorted(_ keys: [SortColumn], _ count: Int) -> [Int] {
    let rows = sortPermutation(keys, count: count)
    return (0..<count).map { Int(rows[$0]) }
  }

  @Test(arguments: everyType)
  func orderIsTotalAndAgreesWithEquality(_ type: ColumnType) {
    var random = Random(23)
    let column = randomColumn(type, 40, isOptional: true, &random)
    let rows = 0..<column.count
    func order(_ i: Int, _ j: Int) -> Int { canonicalOrder(type, column, i, column, j).signum() }
    let keys = RowOrder([column], [column], by: [OrderKey(type)])
    for i in rows {
      for j in rows {
        #expect(order(i, j) == -order(j, i))
        #expect((order(i, j) == 0) == column.isEqual(i, to: column, j))
        #expect(keys.compare(i, j).signum() == order(i, j))
        for k in rows where order(i, j) <= 0 && order(j, k) <= 0 { #expect(order(i, k) <= 0) }
      }
    }
  }

  @Test func absentComesLastEvenDescending() {
    let column = Column(
      count: 3, validity: Bitmap(count: 3) { $0 != 1 }, storage: .int64(Buffer([1, 0, 2])))
    #expect(sorted([SortColumn(column, .int)], 3) == [0, 2, 1])
    #expect(
      sorted([SortColumn(column, .int, isDescending: true)], 3) == [2, 0, 1])
  }

  @Test func uuidsAreOrderedByBytesAndDecimalsByValue() {
    let column = Column(count: 2, storage: .int128(Buffer([-1, 1])))
    #expect(canonicalOrder(.decimal, column, 0, column, 1) < 0)
    #expect(canonicalOrder(.uuid, column, 0, column, 1) > 0)
  }

  @Test func notANumberIsGreatest() {
    let column = Column(count: 3, storage: .float64(Buffer([.nan, .infinity, -.nan])))
    #expect(canonicalOrder(.float, column, 0, column, 1) > 0)
    #expect(canonicalOrder(.float, column, 0, column, 2) == 0)
  }

  @Test func textsAreOrderedByBytes() {
    let texts = [
      "", "\0", "a", "a\0", "ab", "abcd", "abcdefghijkl", "abcdefghijklm", "abcdefghijkln", "b", "ö",
    ]
    let arena = TextArena()
    let views = texts.map { arena.add($0) }
    for (i, a) in views.enumerated() {
      for (j, b) in views.enumerated() {
        #expect(TextView.order(a, b).signum() == (i - j).signum(), "\(texts[i]) and \(texts[j])")
        #expect((a == b) == (i == j))
      }
    }
  }

  @Test(arguments: [0, 1, 30, 600, 5000])
  func sortingByManyKeysIsStable(_ count: Int) {
    var random = Random(UInt64(count) + 1)
    for _ in 0..<(count > 600 ? 2 : 8) {
      let types = (0..<1 + random.below(3)).map { _ in random.pick(everyType) }
      let keys = types.map { type in
        SortColumn(
          randomColumn(type, count, isOptional: random.below(2) == 0, &random), type,
          isDescending: random.below(2) == 0)
      }
      let columns = keys.map(\.column)
      let order = RowOrder(columns, columns, by: keys.map(\.order))
      let result = sorted(keys, count)
      #expect(Set(result).count == count)
      for (a, b) in zip(result, result.dropFirst()) {
        let comparison = order.compare(a, b)
        #expect(comparison < 0 || (comparison == 0 && a < b))
      }
    }
  }

  @Test func wideNumbersSortByRadix() {
    var random = Random(77)
    let values = (0..<4000).map { _ in Int64(bitPattern: random.next()) >> Int64(random.below(64)) }
    let column = Column(count: values.count, storage: .int64(Buffer(values)))
    let result = sorted([SortColumn(column, .int)], values.count).map { values[$0] }
    #expect(result == values.sorted())
  }
}
