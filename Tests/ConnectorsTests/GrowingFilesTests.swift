import Engine
import Formats
import Foundation
import Testing

@testable import Connectors

@Suite struct GrowingFilesTests {
  private func open(
    _ path: String, _ folder: Folder, after positions: [String: String] = [:],
    _ format: RowFormat = .csv(CSVDialect()), until end: String? = nil
  ) throws -> any StreamReader {
    // So long as nothing: each question is a look.
    try GrowingFiles(
      path: path, base: folder.path, every: .zero, until: end, format: format, schema: numbersAndTexts
    ).open(after: positions, arrivals: Arrivals())
  }

  @Test(arguments: ["csv", "jsonl"])
  func `it ends behind all that is there when a file says so, also a row without a line end`(
    type: String
  ) throws {
    let folder = try Folder()
    let format: RowFormat = type == "csv" ? .csv(CSVDialect()) : .jsonLines(refusesUnknown: false)
    func row(_ number: Int) -> String { type == "csv" ? "\(number),x" : "{\"a\":\(number)}" }
    try folder.write("in/a.\(type)", (type == "csv" ? "a,b\n" : "") + row(1) + "\n" + row(2))
    let reader = try open("in/*", folder, format, until: "in/_SUCCESS")
    var log = StreamLog()
    try log.read(reader)
    #expect(log.numbers == [1] && !log.hasEnded)
    try folder.write("in/b.\(type)", (type == "csv" ? "a,b\n" : "") + row(3))
    try folder.write("in/_SUCCESS", "")
    try log.read(reader)
    #expect(log.numbers == [1, 2, 3] && log.hasEnded)

    // After a restart, too, and with nothing more to read.
    let again = try open("in/*", folder, after: log.position, format, until: "in/_SUCCESS")
    var rest = StreamLog()
    try rest.read(again)
    #expect(rest.numbers.isEmpty && rest.hasEnded)
  }

  @Test func `what is added to a file comes, row by row`() throws {
    let folder = try Folder()
    try folder.write("a.csv", "a,b\n1,x\n2,")
    let reader = try open("a.csv", folder)
    var log = StreamLog()
    try log.read(reader)
    #expect(log.numbers == [1])
    try folder.append("a.csv", "y\n3,z")
    try log.read(reader)
    #expect(log.numbers == [1, 2])
    try folder.append("a.csv", "\n")
    try log.read(reader)
    #expect(log.numbers == [1, 2, 3])
  }

  @Test func `a row goes on over line ends inside of quotes`() throws {
    let folder = try Folder()
    try folder.write("a.csv", "a,b\n1,\"one\n")
    let reader = try open("a.csv", folder)
    var log = StreamLog()
    try log.read(reader)
    #expect(log.numbers.isEmpty)
    try folder.append("a.csv", "two\"\n2,z\n")
    try log.read(reader)
    #expect(log.numbers == [1, 2])
  }

  @Test func `files come in the order of their names, also those that come later`() throws {
    let folder = try Folder()
    try folder.write("in/b.jsonl", "{\"a\":2}\n")
    try folder.write("in/a.jsonl", "{\"a\":1}\n")
    let reader = try open("in/*.jsonl", folder, .jsonLines(refusesUnknown: false))
    var log = StreamLog()
    try log.read(reader)
    #expect(log.numbers == [1, 2])
    try folder.write("in/0.jsonl", "{\"a\":3}\n")
    try folder.append("in/b.jsonl", "{\"a\":4}\n")
    try log.read(reader)
    #expect(log.numbers == [1, 2, 3, 4])
    #expect(log.partitions == ["files"])
  }

  @Test func `a folder may be empty at first`() throws {
    let folder = try Folder()
    try folder.write("in/other.txt", "")
    let reader = try open("in/*.csv", folder)
    var log = StreamLog()
    try log.read(reader)
    try folder.write("in/a.csv", "")
    try log.read(reader)
    try folder.append("in/a.csv", "a,b\n")
    try log.read(reader)
    try folder.append("in/a.csv", "1,\n")
    try log.read(reader)
    #expect(log.numbers == [1])
  }

  @Test(arguments: ["csv", "jsonl"]) func `reading goes on where a checkpoint has it`(type: String) throws {
    let folder = try Folder()
    let format: RowFormat = type == "csv" ? .csv(CSVDialect()) : .jsonLines(refusesUnknown: false)
    func row(_ number: Int) -> String { type == "csv" ? "\(number),\n" : "{\"a\":\(number)}\n" }
    let header = type == "csv" ? "a,b\n" : ""
    try folder.write("in/a.\(type)", header + row(1))
    try folder.write("in/b \\ 2.\(type)", header + row(2))
    var log = StreamLog()
    try log.read(open("in/*.\(type)", folder, format))
    try folder.append("in/a.\(type)", row(3))
    try folder.write("in/c.\(type)", header + row(4))
    var rest = StreamLog()
    try rest.read(open("in/*.\(type)", folder, after: log.position, format))
    #expect(log.numbers == [1, 2])
    #expect(rest.numbers == [3, 4])
    #expect(rest.lines == (type == "csv" ? ["in/a.csv:3", "in/c.csv:2"] : ["in/a.jsonl:2", "in/c.jsonl:1"]))
  }

  @Test func `a file that has become shorter is an error`() throws {
    let folder = try Folder()
    try folder.write("a.csv", "a,b\n1,\n2,\n")
    let reader = try open("a.csv", folder)
    var log = StreamLog()
    try log.read(reader)
    try folder.write("a.csv", "a,b\n1,\n")
    #expect(
      fault { try log.read(reader) }.hasPrefix(
        "a.csv: the file has become shorter: it has 7 bytes, and 10 have been read\n  help:"))
  }

  @Test func `a file that is gone is an error`() throws {
    let folder = try Folder()
    try folder.write("in/a.csv", "a,b\n1,\n")
    let reader = try open("in/*.csv", folder)
    var log = StreamLog()
    try log.read(reader)
    try FileManager.default.removeItem(atPath: "\(folder.path)/in/a.csv")
    #expect(
      fault { try log.read(reader) }.hasPrefix("in/a.csv: the file is gone, and a stream has read of it"))
  }

  @Test func `what can't come is an error at once`() throws {
    let folder = try Folder()
    try folder.write("in/data.csv", "a,b\n")
    #expect(
      fault { _ = try open("in/date.csv", folder) }
        == "in/date.csv: there is no such file\n  help: did you mean `in/data.csv`?")
    #expect(
      fault { _ = try open("im/*.csv", folder) } == "im: there is no folder `im`\n  help: did you mean `in`?")
    #expect(
      fault { _ = try open("in", folder) }
        == "in: it is a folder, not a file\n  help: `in/*` reads all files in it")
  }

  @Test func `a file whose header does not fit is an error when it comes`() throws {
    let folder = try Folder()
    try folder.write("a.csv", "x,y\n")
    var log = StreamLog()
    #expect(
      fault { try log.read(open("a.csv", folder)) }.hasPrefix(
        "a.csv:1: the header has no such column; there are `x`, `y`"))
  }

  @Test func `many rows come in pieces, each once`() throws {
    let folder = try Folder()
    let rows = (1...60_000).map { "\($0),some text of a row\n" }
    try folder.write("a.csv", "a,b\n" + rows[..<50_000].joined())
    let reader = try open("a.csv", folder)
    var log = StreamLog()
    try log.read(reader)
    try folder.append("a.csv", rows[50_000...].joined())
    try log.read(open("a.csv", folder, after: log.position))
    #expect(log.numbers == (1...60_000).map { Int64($0) })
    #expect(log.lines.last == "a.csv:60001")
  }
}
