import Columns
import Dataflow
import Engine
import Planning

/// A checkpoint as the graph takes it over that goes on with it: under the names of now, its elements with the
/// fields of now.
struct StateTakeover {
  private let manifest: Manifest
  private let graph: Graph
  private let comparison: StateComparison

  /// - Throws: A `CheckpointError` where the graph can't go on with what is kept.
  init(_ manifest: Manifest, isApplied: Bool, by graph: Graph) throws {
    self.manifest = manifest
    self.graph = graph
    let needs = FieldNeeds(graph: graph)
    comparison = StateComparison(graph, against: manifest.held) { needs[$0] }
    if comparison.isRefused { throw CheckpointError.refused(comparison) }
    if !isApplied {
      let sinks = Set(graph.sinkNames.flatMap { [$0.name, $0.former].compactMap { $0 } })
      for sink in manifest.spools.keys.sorted() where !sinks.contains(sink) {
        throw CheckpointError.undelivered(sink: sink, epoch: manifest.epoch)
      }
    }
  }

  /// The name that a sink had when its rows were spooled.
  func spooledName(of sink: String) -> String {
    if manifest.spools[sink] != nil { return sink }
    return graph.sinkNames.first { $0.name == sink }?.former ?? sink
  }

  /// The checkpoint; the files of the state are those that `path` names by epoch.
  func checkpoint(_ path: (Int) -> String) throws -> Checkpoint {
    let sections = Dictionary(grouping: manifest.sections, by: \.operator)
    var files: [Int: WrittenFile] = [:]
    var states: [String: OperatorState] = [:]
    var positions: [String: [String: String]] = [:]
    for verdict in comparison.verdicts {
      guard let former = verdict.takenFrom else { continue }
      positions[verdict.name] = manifest.positions[former]
      for section in sections[former] ?? [] {
        let file = try files[section.file] ?? WrittenFile(path(section.file))
        files[section.file] = file
        let rows = try aligned(try EpochFile.rows(of: section, in: file), section, verdict, file.path)
        states[verdict.name, default: OperatorState()].sections.append(
          OperatorState.Section(
            section.name, version: section.version, rows: rows, contents: section.contents))
      }
    }
    return Checkpoint(
      epoch: manifest.epoch, positions: positions, states: states,
      counters: renamed(manifest.counters).mapValues(\.node), watermarks: renamed(manifest.watermarks))
  }

  /// What is kept of nodes, by the names that they have now.
  private func renamed<Value>(_ values: [String: Value]) -> [String: Value] {
    var found: [String: Value] = [:]
    for node in graph.nodes { found[node.name] = values[node.name] ?? node.formerName.flatMap { values[$0] } }
    return found
  }

  private func aligned(
    _ rows: Batch, _ section: Manifest.StoredSection, _ verdict: StateVerdict, _ path: String
  ) throws -> Batch {
    guard let part = section.part, let origins = verdict.origins[part] else { return rows }
    let width = manifest.shapes[section.operator]?.fields(of: part)?.count ?? 0
    let place = section.from..<section.from + width
    guard place.lowerBound >= 0, place.upperBound <= rows.columns.count else {
      throw CheckpointError.damaged(path: path, "the section `\(section.name)` has too few columns")
    }
    let columns = try origins.map { origin -> Column in
      switch origin {
      case .former(let index): return rows.columns[section.from + index]
      case .unread: return .placeholder(count: rows.count)
      case .constant(nil, let type): return .absent(ColumnType(type), count: rows.count)
      case .constant(let constant?, _):
        return try ExpressionCompiler(parameters: []).evaluateConstant(constant).repeated(rows.count)
      }
    }
    return Batch(
      count: rows.count,
      columns: rows.columns[..<place.lowerBound] + columns + rows.columns[place.upperBound...],
      tags: rows.tags)
  }
}

extension Graph {
  /// The sinks' names, and those that they had before.
  fileprivate var sinkNames: [(name: String, former: String?)] {
    nodes.compactMap { node in
      if case .sink(let sink) = node.operation { (sink.name, node.formerName) } else { nil }
    }
  }
}
