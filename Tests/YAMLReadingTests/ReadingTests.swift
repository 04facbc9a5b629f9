import Diagnosing
import Testing
import YAMLReading

struct ReadingTests {
  @Test(arguments: [
    ("a", "<a> at <a> in <a>"),
    ("a: 1", "{<a>: <1> at <1> in <1>} at <a: 1>"),
    ("a: 'x''y'  # z\n", "{<a>: singleQuoted <x'y> at <'x''y'> in <x''y>} at <a: 'x''y'>"),
    (
      "a: \"\\u00e4\\n\"",
      "{<a>: doubleQuoted <ä|> at <\"\\u00e4\\n\"> in <\\u00e4\\n>} at <a: \"\\u00e4\\n\">"
    ),
    (
      "ä: ö\nü: [ß, \"🚀\"]",
      "{<ä>: <ö> at <ö> in <ö>, <ü>: [<ß> at <ß> in <ß>, doubleQuoted <🚀> at <\"🚀\"> in <🚀>] at <[ß, \"🚀\"]>} at <ä: ö|ü: [ß, \"🚀\"]>"
    ),
    (
      "a: |\n  x\n  y\nb: 1\n",
      "{<a>: literal <x|y|> at <||  x|  y> in <  x|  y>, <b>: <1> at <1> in <1>} at <a: ||  x|  y|b: 1>"
    ),
    ("a: >-\n  x\n  y\n\n", "{<a>: folded <x y> at <>-|  x|  y> in <  x|  y>} at <a: >-|  x|  y>"),
    ("- a\n-\n- - b\n", "[<a> at <a> in <a>, <> at <> in <>, [<b> at <b> in <b>] at <- b>] at <- a|-|- - b>"),
    ("a:\nb: ~\n", "{<a>: <> at <> in <>, <b>: <~> at <~> in <~>} at <a:|b: ~>"),
    ("{}", "{} at <{}>"),
    ("\u{FEFF}a: 1", "{<a>: <1> at <1> in <1>} at <a: 1>"),
    ("x: a b\n  c", "{<x>: <a b c> at <a b|  c> in <a b|  c>} at <x: a b|  c>"),
    ("", ""), ("# nothing\n", ""), ("---\n...\n", ""),
  ])
  func `nodes have the places of their text in bytes`(text: String, expected: String) {
    #expect(outline(text) == expected)
  }

  @Test(arguments: [
    ("~", true), ("null", true), ("Null", true), ("'null'", false), ("none", false), ("0", false),
  ])
  func `no value is told from text`(text: String, isNull: Bool) throws {
    guard case .scalar(let scalar)? = read("a: \(text)").root?.entries.first?.value.content else {
      Issue.record("no scalar")
      return
    }
    #expect(scalar.isNull == isNull)
  }

  @Test func `what is refused does not hide what stands beside it`() {
    let document = read("a: 1\na: 2\nb: !!int 3\nc: &x 4\nd: *x\n[e]: 5\n")
    #expect(document.diagnostics.map(\.code.text) == ["C857", "C855", "C854", "C858"])
    #expect(document.root?.entries.map(\.key) == ["a", "b", "c", "d"])
  }
}

extension YAMLNode {
  var entries: [YAMLEntry] {
    if case .mapping(let entries) = content { entries } else { [] }
  }
}
