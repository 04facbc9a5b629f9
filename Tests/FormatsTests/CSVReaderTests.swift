import Columns
import Formats
import Testing

@Suite struct CSVReaderTests {
  private let people = [
    FieldSchema("name", .string), FieldSchema("age", .int, isOptional: true),
    FieldSchema("note", .string, isOptional: true),
  ]

  @Test func `columns are found by name, in any order, and others are not read`() throws {
    let rows = try readCSV("x,note,age,name\n1,hi,5,Ann\n2,,,Bob\n", people)
    #expect(rows == [[.text("Ann"), .int(5), .text("hi")], [.text("Bob"), .none, .none]])
  }

  @Test func `quotes keep separators, line ends and doubled quotes`() throws {
    let text =
      "name,age,note\r\n\"A, B\",\"7\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",,\"\"\r\n\"\"\"\",1,\"a \"\"\"\"\"\n"
    #expect(
      try readCSV(text, people) == [
        [.text("A, B"), .int(7), .text("say \"hi\"")], [.text("two\nlines"), .none, .text("")],
        [.text("\""), .int(1), .text("a \"\"")],
      ])
  }
}
