import Columns
import Engine
import Formats
import Semantics

/// The elements of the passes of a `for`: every combination, the last list going fastest.
struct LoopElements: Sequence {
  /// One element of one list.
  struct Item {
    /// A column of one row.
    let value: Column
    /// As it is written in the names of what the pass does.
    let text: String
  }

  private let lists: [[Item]]

  /// - Parameter isHidden: Whether elements must not be shown: then their numbers are.
  /// - Throws: Where a list can't be computed, or has an element twice.
  init(
    _ variables: [(variable: Local, elements: TypedExpression)], isHidden: Bool,
    _ evaluate: (TypedExpression) throws(RowFailure) -> Column
  ) throws(RowFailure) {
    var lists: [[Item]] = []
    for (variable, list) in variables {
      let (offsets, values) = try evaluate(list).lists
      let column = values.sliced(Int(offsets[0])..<Int(offsets[1]))
      let texts = try Self.texts(column, variable.type)
      var seen: Set<String> = []
      for text in texts where !seen.insert(text).inserted {
        throw RowFailure(
          row: 0, kind: .fault,
          message: "`\(variable.name)` is \(isHidden ? "the same" : text) more than once", span: list.span)
      }
      lists.append(
        texts.indices.map { index in
          Item(
            value: column.sliced(index..<index + 1),
            text: isHidden ? "number \(index + 1)" : Self.plain(texts[index]))
        })
    }
    self.lists = lists
  }

  /// Each element in JSON, by which equal ones are found.
  private static func texts(_ column: Column, _ type: Type) throws(RowFailure) -> [String] {
    let writer = JSONLinesWriter(
      schema: try SchemaConversion(constants: ExpressionCompiler()).schema(of: type))
    guard let lines = try? writer.encode(Batch(elements: column, of: type)) else {
      preconditionFailure("JSON has every value of a key type")
    }
    return String(decoding: lines, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// A text without its quotes, unless names with it could be the same for other elements.
  private static func plain(_ json: String) -> String {
    guard json.hasPrefix("\"") else { return json }
    let text = json.dropFirst().dropLast()
    return text.contains { ",[]\\".contains($0) } ? json : String(text)
  }

  func makeIterator() -> AnyIterator<[Item]> {
    var next: [Int]? = lists.contains(where: \.isEmpty) ? nil : lists.map { _ in 0 }
    return AnyIterator {
      guard let places = next else { return nil }
      var following: [Int]? = places
      for index in lists.indices.reversed() {
        following?[index] += 1
        if let place = following?[index], place < lists[index].count { break }
        following?[index] = 0
        if index == 0 { following = nil }
      }
      next = following
      return zip(lists, places).map { $0[$1] }
    }
  }
}
