import Columns
import Engine
import Foundation
import Formats
import Testing

@testable import Connectors

/// A folder of its own for a test, gone with it.
final class Folder {
  let path: String

  init() throws {
    path = "\(FileManager.default.temporaryDirectory.path)/thalweg-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    let url = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func append(_ name: String, _ text: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: "\(path)/\(name)"))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  func read(_ name: String) -> String? {
    FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
  }

  /// All files and folders below.
  var names: [String] { (FileManager.default.subpaths(atPath: path) ?? []).sorted() }
}

let numbersAndTexts = TableSchema(columns: [
  FieldSchema("a", .int), FieldSchema("b", .string, isOptional: true),
])

private func batch(_ numbers: [Int64]) -> Batch {
  Batch(
    count: numbers.count,
    columns: [
      Column(count: numbers.count, storage: .int64(Buffer(numbers))),
      Column.absent(.string, count: numbers.count),
    ])
}

private func numbers(_ source: some RowSource) throws -> [Int64] {
  let reader = try source.open()
  var result: [Int64] = []
  while let morsel = try reader.next() {
    let batch = try morsel.decode()
    if case .int64(let buffer) = batch.columns[0].storage { result += buffer.values }
  }
  return result
}

func fault(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no fault"
  } catch let fault as RowFault {
    return "\(fault.position): \(fault.message)" + (fault.help.map { "\n  help: \($0)" } ?? "")
  } catch {
    return "\(error)"
  }
}

@Suite struct FileSourceTests {
  private func source(_ path: String, _ folder: Folder, _ format: RowFormat = .csv(CSVDialect()))
    -> FileSource
  {
    FileSource(path: path, base: folder.path, format: format, schema: numbersAndTexts)
  }

  @Test func `a file is read from the folder that paths start from`() throws {
    let folder = try Folder()
    try folder.write("data/x.csv", "a,b\n1,x\n2,\n")
    try folder.write("x.jsonl", "{\"a\":3}\n")
    #expect(try numbers(source("data/x.csv", folder)) == [1, 2])
    #expect(try numbers(source("\(folder.path)/data/x.csv", folder)) == [1, 2])
    #expect(try numbers(source("x.jsonl", folder, .jsonLines(refusesUnknown: false))) == [3])
    #expect(source("data/x.csv", folder).size == 11)
  }

  @Test func `a pattern reads all files in the order of their names, each with its own header`() throws {
    let folder = try Folder()
    try folder.write("data/2.csv", "b,a\nx,3\n")
    try folder.write("data/10.csv", "a,b\n1,x\n2,x")
    try folder.write("data/.hidden.csv", "a,b\n9,x\n")
    try folder.write("data/2.txt", "a,b\n9,x\n")
    try folder.write("more/1.csv", "a\n4\n")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/data/3.csv", withIntermediateDirectories: true)
    #expect(try numbers(source("data/*.csv", folder)) == [1, 2, 3])
    #expect(try numbers(source("*/[12].csv", folder)) == [3, 4])
    #expect(try numbers(source("data/1?.csv", folder)) == [1, 2])
    #expect(
      fault { _ = try source("data/*.tsv", folder).open() }
        == "data/*.tsv: no file matches the pattern\n  help: `*` and `?` stand for parts of one name, not for `/`"
    )
  }

  @Test func `a later file that does not fit is known at once, and named`() throws {
    let folder = try Folder()
    try folder.write("1.csv", "a,b\n1,x\n")
    try folder.write("2.csv", "b\nx\n")
    #expect(
      fault { _ = try source("*.csv", folder).open() }.hasPrefix("2.csv:1: the header has no such column"))
  }

  @Test func `what cannot be read says why`() throws {
    let folder = try Folder()
    try folder.write("data/orders.csv", "a\n1\n")
    #expect(
      fault { _ = try source("data/order.csv", folder).open() }
        == "data/order.csv: there is no such file\n  help: did you mean `data/orders.csv`?")
    #expect(
      fault { _ = try source("dta/orders.csv", folder).open() }
        == "dta/orders.csv: there is no folder `dta`\n  help: did you mean `data`?")
    #expect(fault { _ = try source("nothing", folder).open() } == "nothing: there is no such file")
    #expect(
      fault { _ = try source("data", folder).open() }
        == "data: it is a folder, not a file\n  help: `data/*` reads all files in it")
    #expect(
      fault { _ = try source("s3://bucket/x.csv", folder).open() }
        == "s3://bucket/x.csv: `s3` addresses are not built yet\n  help: give a path on this machine")
  }

  @Test func `a file that shrinks while it is read ends early`() throws {
    let folder = try Folder()
    try folder.write("x.csv", "a\n" + String(repeating: "1\n", count: 1_000_000))
    let reader = try source("x.csv", folder).open()
    let first = try #require(try reader.next())
    try folder.write("y.csv", "")
    #expect(truncate("\(folder.path)/x.csv", 10) == 0)
    #expect(try first.decode().count > 0)
    while let morsel = try reader.next() { _ = try? morsel.decode() }
  }
}

@Suite struct FileSinkTests {
  private func sink(_ path: String, _ folder: Folder, _ format: RowFormat = .csv(CSVDialect())) -> FileSink {
    FileSink(path: path, base: folder.path, format: format, schema: numbersAndTexts)
  }

  private func write(_ output: any StagedOutput, _ rows: [Int64]) throws {
    try output.append(try output.encode(batch(rows)))
  }

  @Test func `nothing is visible before it is published`() throws {
    let folder = try Folder()
    try folder.write("out/x.csv", "old\n")
    let output = try sink("out/x.csv", folder).open()
    try write(output, [1, 2])
    try write(output, [3])
    try output.finish()
    #expect(folder.read("out/x.csv") == "old\n")
    try output.publish()
    #expect(folder.read("out/x.csv") == "a,b\n1,\n2,\n3,\n")
    #expect(folder.names == ["out", "out/x.csv"])
  }

  @Test func `the staged file lies beside its target and goes when it is discarded`() throws {
    let folder = try Folder()
    let output = try sink("new/deep/x.jsonl", folder, .jsonLines(refusesUnknown: false)).open()
    try write(output, [1])
    let staged = try #require(folder.names.last)
    #expect(staged.hasPrefix("new/deep/.x.jsonl.\(ProcessInfo.processInfo.processIdentifier)-"))
    #expect(staged.hasSuffix(".part"))
    try output.finish()
    output.discard()
    #expect(folder.names == [])
  }

  @Test func `an output that is dropped leaves nothing`() throws {
    let folder = try Folder()
    do {
      let output = try sink("x.csv", folder).open()
      try write(output, [1])
    }
    #expect(folder.names == [])
  }

  @Test func `a header without rows is a file, too`() throws {
    let folder = try Folder()
    let output = try sink("x.csv", folder).open()
    try output.finish()
    try output.publish()
    #expect(folder.read("x.csv") == "a,b\n")
  }

  @Test func `a link stays a link, and modes stay`() throws {
    let folder = try Folder()
    try folder.write("real.csv", "old\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: "\(folder.path)/real.csv")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/link.csv", withDestinationPath: "real.csv")
    let output = try sink("link.csv", folder).open()
    try write(output, [1])
    try output.finish()
    try output.publish()
    #expect(folder.read("real.csv") == "a,b\n1,\n")
    let mode = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/real.csv")[.posixPermissions]
    #expect(mode as? Int == 0o640)
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder.path)/link.csv") == "real.csv")
  }

  @Test func `what cannot be written says why`() throws {
    let folder = try Folder()
    try folder.write("file", "x")
    #expect(
      fault { _ = try sink("", folder).open() }
        == ": it is a folder, not a file\n  help: give the name of a file in it")
    #expect(
      fault { _ = try sink("out/", folder).open() }
        == "out/: it is a folder, not a file\n  help: give the name of a file in it")
    #expect(
      fault { _ = try sink("out/*.csv", folder).open() }
        == "out/*.csv: a pattern stands for files to read, not for one to write\n  help: give one name")
    #expect(
      fault { _ = try sink("file/x.csv", folder).open() }
        == "file/x.csv: cannot write it: a part of the path is no folder")
    #expect(folder.names == ["file"])
  }

  @Test func `a full disk is an error, not a crash`() throws {
    let folder = try Folder()
    let output = StagedStream(
      RowFormat.csv(CSVDialect()).encoder(numbersAndTexts), to: .path(Location("/dev/full", base: "")))
    try write(output, [1])
    try output.finish()
    #expect(fault { try output.publish() } == "/dev/full: cannot write it: no space is left on the disk")
    #expect(folder.names == [])
  }
}

@Suite struct SpoolTests {
  @Test(arguments: [0, 5, 1 << 20]) func `pieces come back as they went in`(_ limit: Int) throws {
    let spool = Spool(limit: limit)
    let location = Location("stdout", base: "")
    let pieces = [[1, 2, 3], [4], [], Array(repeating: 5, count: 100_000)] as [[UInt8]]
    for piece in pieces { try spool.append(piece, location) }
    var back: [[UInt8]] = []
    try spool.forEachPiece(location) { back.append(Array($0)) }
    #expect(back == pieces.filter { !$0.isEmpty })
  }
}
