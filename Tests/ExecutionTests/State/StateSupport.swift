import Columns
import Compiler
import Dataflow
import Diagnosing
import Engine
import Execution
import Foundation
import JobStore
import Planning
import Testing

/// Gives `body` a folder that is removed afterwards.
func withStateFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

/// A stream of clicks, counted by user, and the newest click of each.
let clicksProgram = """
  record Click { id: Int, user: String, price: Decimal, at: Timestamp }
  record Total { user: String, price: Decimal }
  pipeline clicks {
    from raw: Stream<Click> = kafka("clicks", group: "a")
    let timed = raw.timed(c -> c.at, delay: 10s)
    let windowed = timed.window(tumbling(1m), late: discard)
    let totals = windowed.group_by(c -> c.user)
      .aggregate(g -> Total { user: g.key, price: g.sum(c -> c.price) })
    let newest = timed.group_by(c -> c.user).latest(ttl: 1d, late: discard)
    into totals_out = kafka("totals") <- totals
    into newest_out = kafka("newest", write: upsert(by: c -> c.user)) <- newest
  }
  """

/// The graph of the only pipeline of a program.
func compiledGraph(_ program: String) async throws -> Graph {
  let compilation = await check(["p.thal"]) { $0 == "p.thal" ? Array(program.utf8) : nil }
  #expect(compilation.diagnostics.filter { $0.severity == .error }.map(\.message) == [])
  return try #require(compilation.graphs.first)
}

let streamRun = RunID("clicks-1")

/// A store with one run under way, in memory.
func storeWithRun() async throws -> InMemoryRunStore {
  let store = InMemoryRunStore()
  try await store.create(streamRecord(), jobs: [], plan: PlanRecord(hash: "abc", json: "{}"))
  return store
}

func streamRecord() -> RunRecord {
  RunRecord(
    id: streamRun, pipeline: "clicks", file: "clicks.thal", parameters: "{}", planHash: "abc", mode: "stream",
    backend: "local", owner: .current, created: Moment(microseconds: 0))
}

/// Rows of numbers, as one column.
func numbers(_ values: [Int64]) -> Batch {
  Batch(
    count: values.count, columns: [Column(count: values.count, storage: .int64(Buffer(values)))],
    tags: RowTags(times: Buffer(values)))
}

/// The numbers in the first column.
func numbers(in batch: Batch) -> [Int64] {
  guard case .int64(let values) = batch.columns[0].storage else { return [] }
  return Array(values.values)
}

/// A checkpoint with the state of one operator: sections by name, with a version and numbers.
func checkpoint(
  _ epoch: Int, _ sections: [String: (version: Int, values: [Int64])], of name: String = "totals.aggregate.1",
  isSavepoint: Bool = false
) -> Checkpoint {
  let state = OperatorState(
    sections.map { OperatorState.Section($0, version: $1.version, rows: numbers($1.values), contents: .own) })
  let counters = RunProgress.Node(
    rowsIn: 10 * epoch, rowsOut: [8 * epoch, 0], late: epoch, failed: 0, faulted: epoch, bytesRead: 0,
    bytesWritten: 0, busy: 5)
  return Checkpoint(
    epoch: epoch, positions: ["raw": ["0": "\(epoch)00", "1": "x\"y"]], states: [name: state],
    counters: ["raw": counters, name: counters, "totals_out": counters],
    watermarks: ["timed.timed.1": Int64(epoch) * 1_000_000, "raw": .min], isSavepoint: isSavepoint)
}

extension Checkpoint {
  /// The numbers of each section of an operator.
  func sections(of name: String = "totals.aggregate.1") -> [String: [Int64]] {
    Dictionary(uniqueKeysWithValues: (states[name]?.sections ?? []).map { ($0.name, numbers(in: $0.rows)) })
  }
}

/// All chunks of a spool.
func chunks(_ spool: any SpooledChunks) throws -> [[UInt8]] {
  var found: [[UInt8]] = []
  try spool.forEach { found.append($0) }
  return found
}

/// The names of the files of a run's state.
func stateFiles(_ folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(streamRun)").filter { $0 != "lock" }
    .sorted()
}
