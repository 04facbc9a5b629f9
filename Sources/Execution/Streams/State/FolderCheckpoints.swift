import Columns
import Dataflow
import Engine
import Foundation
import JobStore
import Planning

/// Keeps the checkpoints of one run in a folder, and records its epochs in a store of runs. An epoch is
/// complete when the store says so; by then all its files are on the disk. Whatever else lies in the folder is
/// of attempts that failed, and is removed.
///
/// Unchecked: called by one thread at a time.
public final class FolderCheckpoints: CheckpointStore, @unchecked Sendable {
  private let run: RunID
  private let folder: StateFolder
  private let lock: StateLock
  private let store: any EpochStore
  private let graph: Graph
  private let owner: Owner
  private let shapes: [String: StateShape]
  /// What the run goes on with; nil for one that begins.
  private var takeover: StateTakeover?
  /// The newest epoch, and those before it that sinks have not applied.
  private var kept: [Manifest] = []
  private var appliedThrough = 0
  /// The sections of the newest epoch, as far as this process has written them: the versions of another process
  /// are not compared with those of this one.
  private var written: [SectionKey: Manifest.StoredSection] = [:]
  /// Bytes of the sections of each file that this process has written, by epoch.
  private var fileSizes: [Int: Int] = [:]
  /// Of the epoch under way, by sink.
  private var spools: [String: FolderSpool] = [:]

  private struct SectionKey: Hashable {
    let name: String
    let section: String
  }

  /// The checkpoints of `run` in `folder`, which holds a folder for each run. The graph is the one that runs
  /// now; `owner` is the process that the store knows as the run's.
  /// - Throws: A `CheckpointError`, where another process holds the run, the folder can't be used, or the graph
  ///   can't go on with what is kept.
  public init(
    run: RunID, folder: String, store: any EpochStore, graph: Graph, owner: Owner = .current
  ) throws {
    self.run = run
    self.folder = StateFolder(run, in: folder)
    self.store = store
    self.graph = graph
    self.owner = owner
    shapes = graph.stateShapes
    try self.folder.make()
    lock = try StateLock(run, self.folder)
    if let epoch = try recorded({ () throws(StoreError) in try store.resumePoint(of: run) }) {
      let manifest = try EpochFile.manifest(of: self.folder.state(epoch.number), hash: epoch.manifest)
      takeover = try StateTakeover(manifest, isApplied: epoch.isApplied, by: graph)
      kept = [manifest]
      appliedThrough = epoch.isApplied ? epoch.number : epoch.number - 1
    }
    sweep()
  }

  /// What the store of runs does; its errors are told as ours.
  private func recorded<Value>(_ body: () throws(StoreError) -> Value) throws -> Value {
    do { return try body() } catch { throw CheckpointError.store(error) }
  }

  /// The checkpoint that the run goes on with, as the graph takes it over.
  public func latest() throws -> Checkpoint? { try takeover?.checkpoint(folder.state) }

  /// A place for an epoch's rows of one sink.
  public func spool(sink: String, epoch: Int) throws -> any Spool {
    let spool = FolderSpool(filling: folder.spool(sink, epoch))
    spools[sink] = spool
    return spool
  }

  /// What was spooled of an epoch that is complete.
  public func spooled(sink: String, epoch: Int) throws -> any SpooledChunks {
    let name = takeover?.spooledName(of: sink) ?? sink
    let extent = kept.first { $0.epoch == epoch }?.spools[name]
    return FolderSpool(filled: folder.spool(name, epoch), extent ?? FolderSpool.Extent(chunks: 0, size: 0))
  }

  /// Makes a checkpoint durable. A savepoint's state is whole in one file.
  public func commit(_ checkpoint: Checkpoint) throws {
    let file = try EpochFile(creating: folder.state(checkpoint.epoch), epoch: checkpoint.epoch)
    let reused = checkpoint.isSavepoint ? [:] : reusable(checkpoint.states)
    var sections: [SectionKey: Manifest.StoredSection] = [:]
    for (name, state) in checkpoint.states.sorted(by: { $0.key < $1.key }) {
      for section in state.sections {
        let key = SectionKey(name: name, section: section.name)
        sections[key] = try reused[key] ?? file.append(section, of: name)
      }
    }
    fileSizes[checkpoint.epoch] = file.size
    for spool in spools.values { try spool.finish() }
    let manifest = Manifest(
      epoch: checkpoint.epoch, positions: checkpoint.positions,
      counters: checkpoint.counters.mapValues { Manifest.Counters($0) }, watermarks: checkpoint.watermarks,
      shapes: shapes, sections: sections.values.sorted { ($0.operator, $0.name) < ($1.operator, $1.name) },
      spools: spools.mapValues(\.extent).filter { $0.value.chunks > 0 })
    let hash = try file.finish(manifest)
    try folder.synchronize()
    let record = try EpochRecord(
      checkpoint, of: run, graph, manifest: hash, stateBytes: manifest.sections.reduce(0) { $0 + $1.length })
    try recorded { () throws(StoreError) in
      try store.commit(record, operators: OperatorRecord.all(checkpoint, graph), by: owner)
    }
    written = sections
    spools = [:]
    takeover = nil
    kept = kept.filter { $0.epoch > appliedThrough } + [manifest]
    sweep()
  }

  /// The sections that lie in earlier files as they are now. Those of a file that holds little else that is
  /// needed are written again, so that the file can go: all files together are less than twice as large as the
  /// state, and there are not many small ones.
  private func reusable(_ states: [String: OperatorState]) -> [SectionKey: Manifest.StoredSection] {
    var found: [SectionKey: Manifest.StoredSection] = [:]
    var needed: [Int: Int] = [:]
    for (name, state) in states {
      for section in state.sections {
        let key = SectionKey(name: name, section: section.name)
        guard let stored = written[key], stored.version == section.version else { continue }
        found[key] = stored
        needed[stored.file, default: 0] += stored.length
      }
    }
    return found.filter { _, section in
      needed[section.file, default: 0] >= max(fileSizes[section.file, default: 0] / 2, Self.smallFile)
    }
  }

  private static let smallFile = 16 << 10

  /// All sinks have applied the epoch.
  public func applied(_ epoch: Int) throws {
    try recorded { () throws(StoreError) in try store.markApplied(run, through: epoch) }
    appliedThrough = max(appliedThrough, epoch)
  }

  /// Whether all sinks have applied the epoch.
  public func isApplied(_ epoch: Int) throws -> Bool { epoch <= appliedThrough }

  /// Removes the files that neither the newest epoch needs nor one that sinks have not applied.
  private func sweep() {
    let spools = kept.filter { $0.epoch > appliedThrough }.map { ($0.epoch, Set($0.spools.keys)) }
    let states = kept.reduce(into: Set()) { $0.formUnion($1.files) }
    folder.sweep(keepingStates: states, spools: Dictionary(uniqueKeysWithValues: spools))
    fileSizes = fileSizes.filter { states.contains($0.key) }
  }
}

extension Graph {
  /// What the state of each operator depends on that holds something from one epoch to the next, by name.
  fileprivate var stateShapes: [String: StateShape] {
    let needs = FieldNeeds(graph: self)
    var shapes: [String: StateShape] = [:]
    for (index, node) in nodes.enumerated() {
      shapes[node.name] = StateShape(index, of: self) { needs[$0] }
    }
    return shapes
  }
}
