import Semantics
import Testing

struct StandardFunctionTests {
  private static let names = StandardLibrary.all.map(\.signature)

  @Test(arguments: StandardLibrary.all.indices)
  func `the example of a function is a program`(index: Int) {
    let function = StandardLibrary.all[index]
    let equality = "(\(function.example.source)) == (\(function.example.result))"
    let checked = CheckedFiles("fn example() -> Bool! { \(equality) }\n")
    #expect(checked.report == "" || checked.report.contains("nothing here can fail"), "\(function.signature)")
    if function.failure != nil {
      #expect(function.example.source.contains(" else ") || function.example.source.contains("try "))
    }
  }

  @Test
  func `no two functions have one signature`() {
    #expect(Set(Self.names).count == Self.names.count)
  }

  @Test
  func `every operation has a function`() {
    let named = Set(StandardLibrary.all.compactMap(\.operation))
    #expect(Builtin.allCases.filter { !named.contains($0) } == [])
  }

  @Test(arguments: [
    ("slice", "String.slice(Int, Int) -> String"),
    ("to_int", "String.to_int() -> Int!"),
    ("date", "Timestamp.date([zone: String]) -> Date"),
    ("map", "List<T>.map((T) -> R) -> List<R>"),
    ("sort", "List<T>.sort([by: (T) -> key]) -> Self"),
    ("entries", "Map<String, T>.entries() -> List<row { key: String, value: T }>"),
    ("abs", "Int | Float | Decimal.abs() -> Self"),
  ])
  func `a signature reads as in the reference`(name: String, signature: String) {
    #expect(StandardLibrary.all.first { $0.name == name }?.signature == signature)
  }
}
