import Diagnosing
import Foundation
import Testing

@Suite struct JSONValueTests {
  @Test func escapesWhatJSONForbids() {
    let value = JSONValue.string("\" \\ \n \r \t \u{1} \u{7F} é 中 \u{1F600}")
    #expect(value.compact == #""\" \\ \n \r \t \u0001 \u007f é 中 "# + "\u{1F600}\"")
  }

  @Test func keepsTheOrderOfMembers() {
    let value: JSONValue = .members([
      "b": .int(-1), "a": .array([.null, .bool(true), .double(1.5)]), "c": .raw("[0]"),
    ])
    #expect(value.compact == #"{"b":-1,"a":[null,true,1.5],"c":[0]}"#)
  }

  @Test func indentsWhatIsLong() {
    let short: JSONValue = .members(["a": .int(1), "b": .array([])])
    #expect(short.indented == #"{"a": 1, "b": []}"#)
    let long: JSONValue = .array(Array(repeating: .string(String(repeating: "x", count: 40)), count: 3))
    #expect(long.indented.split(separator: "\n").count == 5)
    #expect(long.indented.hasPrefix("[\n  \"xxx"))
  }

  @Test func writesWhatFoundationReads() throws {
    let value: JSONValue = .members([
      "text": .string("\u{0}\u{1F}\u{2028}"), "numbers": .array([.int(.max), .int(.min), .double(0.1)]),
      "deep": .array([.array([.object([])])]), "none": .optional(nil as String?),
    ])
    for text in [value.compact, value.indented] {
      let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      #expect(read?["text"] as? String == "\u{0}\u{1F}\u{2028}")
      #expect((read?["numbers"] as? [NSNumber])?[1].int64Value == .min)
    }
  }
}
