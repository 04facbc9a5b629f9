import Columns
import Engine
import Formats
import Foundation
import Testing

@testable import Connectors

private func batch(_ numbers: [Int64]) -> Batch {
  Batch(
    count: numbers.count,
    columns: [
      Column(count: numbers.count, storage: .int64(Buffer(numbers))),
      Column.absent(.string, count: numbers.count),
    ])
}

/// A pipe that is read to its end, on a thread of its own: its writer waits for a reader.
private struct Reading {
  private let result: AsyncStream<String>

  init(_ path: String) {
    let (result, continuation) = AsyncStream.makeStream(of: String.self)
    self.result = result
    Thread.detachNewThread {
      let bytes = try? FileHandle(forReadingAtPath: path)?.readToEnd()
      continuation.yield(String(decoding: bytes ?? Data(), as: UTF8.self))
      continuation.finish()
    }
  }

  var text: String? { get async { await result.first { _ in true } } }
}

@Suite struct EpochSinkTests {
  private func open(
    _ path: String, _ folder: Folder, run: String = "r1", after epoch: Int = 0, replaces: Bool = false,
    _ format: RowFormat = .csv(CSVDialect())
  ) throws -> any EpochOutput {
    try EpochFileSink(
      path: path, base: folder.path, format: format, schema: numbersAndTexts, replaces: replaces
    ).open(run: run, after: epoch)
  }

  /// The files of a folder that people see.
  private func files(_ folder: Folder, in name: String) -> [String] {
    folder.names.filter { $0.hasPrefix("\(name)/") && !$0.hasPrefix("\(name)/.") }
  }

  @Test func `each epoch that has rows is a file of the folder`() throws {
    let folder = try Folder()
    let output = try open("out/sums.csv", folder)
    try output.apply(1, [batch([1, 2]), batch([3])])
    try output.apply(2, [])
    try output.apply(3, [batch([4])])
    try output.close(isComplete: true)
    #expect(files(folder, in: "out/sums.csv") == ["out/sums.csv/000001.csv", "out/sums.csv/000003.csv"])
    #expect(folder.read("out/sums.csv/000001.csv") == "a,b\n1,\n2,\n3,\n")
    #expect(folder.read("out/sums.csv/000003.csv") == "a,b\n4,\n")
  }

  @Test func `applying an epoch again changes nothing`() throws {
    let folder = try Folder()
    try open("o", folder).apply(1, [batch([1])])
    let again = try open("o", folder, after: 1)
    try again.apply(1, [batch([1])])
    try again.apply(2, [batch([2])])
    #expect(files(folder, in: "o") == ["o/000001.csv", "o/000002.csv"])
    #expect(folder.read("o/000001.csv") == "a,b\n1,\n")
  }

  @Test func `a new run goes on after the files that are there, also when it is interrupted`() throws {
    let folder = try Folder()
    try open("o.jsonl", folder, .jsonLines(refusesUnknown: false)).apply(7, [batch([1])])
    try open("o.jsonl", folder, run: "r2", .jsonLines(refusesUnknown: false)).apply(1, [batch([2])])
    // Interrupted before its checkpoint was seen as applied.
    try open("o.jsonl", folder, run: "r2", .jsonLines(refusesUnknown: false)).apply(1, [batch([2])])
    try open("o.jsonl", folder, run: "r2", after: 1, .jsonLines(refusesUnknown: false)).apply(2, [batch([3])])
    #expect(
      files(folder, in: "o.jsonl") == [
        "o.jsonl/000007.jsonl", "o.jsonl/000008.jsonl", "o.jsonl/000009.jsonl",
      ]
    )
    #expect(folder.read("o.jsonl/000009.jsonl") == "{\"a\":3,\"b\":null}\n")
  }

  @Test func `a run does not go on in a folder that it has not written`() throws {
    let folder = try Folder()
    #expect(
      fault { _ = try open("o", folder, after: 3) }.hasPrefix(
        "o: it does not hold what the run has written so far"))
    try open("o", folder, run: "r2").apply(1, [batch([1])])
    #expect(fault { _ = try open("o", folder, after: 3) }.hasPrefix("o: the run `r2` has written it since"))
  }

  @Test func `what an interrupted run has left half-written goes`() throws {
    let folder = try Folder()
    try folder.write("o/.000001.csv.1-x.part", "a,")
    _ = try open("o", folder)
    #expect(!folder.names.contains("o/.000001.csv.1-x.part"))
  }

  @Test func `a plain file is not written over`() throws {
    let folder = try Folder()
    try folder.write("o.csv", "mine")
    #expect(
      fault { _ = try open("o.csv", folder) }
        == "o.csv: it is a file, and a stream writes a folder of files, one for each epoch\n  help: move the file away, or give the sink another name"
    )
    #expect(folder.read("o.csv") == "mine")
  }

  @Test func `the rows of a flow that ends are one file`() throws {
    let folder = try Folder()
    let output = try open("o.csv", folder, replaces: true)
    try output.apply(1, [batch([1])])
    try output.apply(2, [])
    #expect(folder.read("o.csv") == "a,b\n1,\n")
    try open("o.csv", folder, run: "r2", replaces: true).apply(1, [])
    #expect(folder.read("o.csv") == "a,b\n")
  }

  @Test func `a pipe gets the rows of each epoch, under one header`() async throws {
    let folder = try Folder()
    let path = "\(folder.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let output = try open("pipe", folder)
    let reader = Reading(path)
    try output.apply(1, [batch([1])])
    try output.apply(2, [batch([2])])
    try output.close(isComplete: true)
    #expect(await reader.text == "a,b\n1,\n2,\n")
  }

  @Test func `a table for people is laid out epoch by epoch`() async throws {
    let folder = try Folder()
    let path = "\(folder.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let output = try open("pipe", folder, .table)
    let reader = Reading(path)
    try output.apply(1, [batch([1])])
    try output.apply(2, [batch([20]), batch([300])])
    try output.close(isComplete: true)
    #expect(await reader.text == "a  b\n1  -\n  a  b\n 20  -\n300  -\n")
  }
}
