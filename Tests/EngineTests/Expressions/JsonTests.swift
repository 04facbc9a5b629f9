import Columns
import Semantics
import Testing

@testable import Engine

@Suite struct JsonTests {
  private let click = """
    enum Kind { view, buy }
    record Click { id: Int, kind: Kind, note: String?, amount: Decimal @range(0, 10) = 1, tags: List<String> }

    """

  @Test func recordsAreParsedAsSourcesReadThem() throws {
    let compiled = try Compiled(click + "fn f(s: String) -> Click! { try json.parse<Click>(s) }")
    let outcomes = compiled.run([
      [.string(#"{"id": 7, "kind": "buy", "note": "ö", "amount": 2.5, "tags": ["a", "b"], "more": 1}"#)],
      [.string(#"{"tags": [], "kind": "view", "id": -1}"#)],
    ])
    let one: Int128 = 1_000_000_000_000_000_000
    #expect(
      outcomes == [
        .value(
          .record([
            .int(7), .enumCase(1), .string("ö"), .decimal(one * 5 / 2), .list([.string("a"), .string("b")]),
          ])),
        .value(.record([.int(-1), .enumCase(0), .none, .decimal(one), .list([])])),
      ])
  }

  @Test(arguments: [
    #"{"id": 7"#, #"{"kind": "view", "tags": []}"#, #"{"id": "x", "kind": "view", "tags": []}"#,
    #"{"id": 1, "kind": "sell", "tags": []}"#, #"{"id": 1, "kind": "view", "amount": 11, "tags": []}"#, "",
    "null",
    #"{"id": 1, "kind": "view", "tags": []} x"#,
  ])
  func whatDoesNotFitFailsItsRowAlone(_ text: String) throws {
    let compiled = try Compiled(click + "fn f(s: String) -> Click! { try json.parse<Click>(s) }")
    let good = Single.string(#"{"id": 1, "kind": "view", "tags": ["x"]}"#)
    let outcomes = compiled.run([[good], [.string(text)], [good]])
    guard case .value(let first) = outcomes[0], case .failure(let message) = outcomes[1] else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(first.fields[0] == .int(1))
    #expect(outcomes[2] == outcomes[0])
    #expect(message.hasPrefix("this is not a `Click`: "), "\(message)")
    let covered = try Compiled(
      click + "fn f(s: String) -> Int { (json.parse<Click>(s) else fail(\"\")).id else -1 }")
    #expect(covered.run([[good], [.string(text)]]) == [.value(.int(1)), .value(.int(-1))])
  }

  @Test func optionalValuesAreParsed() throws {
    let compiled = try Compiled("fn f(s: String) -> List<Int?> { json.parse<List<Int?>>(s) else [] }")
    #expect(
      compiled.run([[.string("[1, null]")], [.string("[1.5]")], [.string(" [ ] ")]]) == [
        .value(.list([.int(1), .none])), .value(.list([])), .value(.list([])),
      ])
  }

  @Test func valuesAreEncodedAsSinksWriteThem() throws {
    let compiled = try Compiled(click + "fn f(c: Click) -> String { json.encode(c) }")
    let value = Single.record([.int(7), .enumCase(1), .none, .decimal(5), .list([.string("a\n\"b")])])
    #expect(
      compiled.run(value)
        == .value(
          .string(#"{"id":7,"kind":"buy","note":null,"amount":0.000000000000000005,"tags":["a\n\"b"]}"#)))
  }

  @Test func whatJsonCannotWriteFaultsItsRowAlone() throws {
    let compiled = try Compiled("fn f(x: Float?) -> String { json.encode([x]) }")
    let outcomes = compiled.run([[.float(1)], [.float(.nan)], [.none]])
    #expect(outcomes[0] == .value(.string("[1.0]")))
    #expect(outcomes[2] == .value(.string("[null]")))
    guard case .fault = outcomes[1] else {
      Issue.record("\(outcomes[1])")
      return
    }
  }
}
