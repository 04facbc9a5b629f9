import Columns
import Engine
import Formats
import Foundation
import Synthesis
import Testing

@testable import Connectors

@Suite struct PipeTests {
  @Test func `a row of a pipe comes as soon as it is whole`() throws {
    let pipe = Pipe()
    let arrivals = Arrivals()
    let number = pipe.fileHandleForReading.fileDescriptor
    let source = StandardInputSource(format: .csv(CSVDialect()), schema: numbersAndTexts)
    let reader = source.reader(FileInput(pipe: number), arrivals)
    var log = StreamLog()
    try pipe.fileHandleForWriting.write(contentsOf: Data("a,b\n1,x\n2".utf8))
    try log.read(reader, rows: 1)
    #expect(log.numbers == [1])
    try pipe.fileHandleForWriting.write(contentsOf: Data(",\n3,".utf8))
    try log.read(reader, rows: 2)
    #expect(log.numbers == [1, 2])
    try pipe.fileHandleForWriting.close()
    try log.read(reader, rows: 4)
    #expect(log.numbers == [1, 2, 3])
    #expect(log.lines == ["stdin:2", "stdin:3", "stdin:4"])
    #expect(log.hasEnded)
  }

  @Test func `a pipe with another header is an error when it comes`() throws {
    let pipe = Pipe()
    let source = StandardInputSource(format: .csv(CSVDialect()), schema: numbersAndTexts)
    let reader = source.reader(FileInput(pipe: pipe.fileHandleForReading.fileDescriptor), Arrivals())
    try pipe.fileHandleForWriting.write(contentsOf: Data("x\n1\n".utf8))
    var log = StreamLog()
    #expect(fault { try log.read(reader, rows: 1) }.hasPrefix("stdin:1: the header has no such column"))
  }
}

@Suite struct SyntheticStreamTests {
  private func numbers(_ count: Int, rate: Int, after position: [String: String] = [:]) throws -> StreamLog {
    let rows = try SyntheticRows(numbersAndTexts, count: count, seed: 7)
    let reader = SyntheticStream(rows, rate: rate).open(after: position, arrivals: Arrivals())
    var log = StreamLog()
    while !log.hasEnded { try log.read(reader) }
    return log
  }

  @Test func `rows come at their rate, the same as all at once`() throws {
    let log = try numbers(20_000, rate: 1_000_000)
    let rows = try SyntheticRows(numbersAndTexts, count: 20_000, seed: 7).batch(0..<20_000)
    #expect(log.numbers == Array(rows.columns[0].int64s.values))
    #expect(log.lines.last == "synthetic:20000")
  }

  @Test func `rows go on behind those that were made`() throws {
    let all = try numbers(1000, rate: 1_000_000)
    let rest = try numbers(1000, rate: 1_000_000, after: ["rows": "600"])
    #expect(rest.numbers == Array(all.numbers[600...]))
  }
}
