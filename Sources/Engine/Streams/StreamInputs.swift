import Dataflow

/// The streams of a run: hands out what has come, round by round, and knows how far each partition is read.
///
/// Used by the driver's thread alone.
final class StreamInputs {
  private struct Input {
    let node: Int
    let name: String
    let reader: any StreamReader
    let rows: RoundSource
    var hasEnded = false
  }

  private var inputs: [Input] = []
  /// By source and partition.
  var positions: [String: [String: String]] { reached.mapValues { $0.mapValues { $0() } } }
  private var reached: [String: [String: @Sendable () -> String]]
  private let partitions: Partitions
  /// The input that the next round asks first.
  private var first = 0

  init(_ partitions: Partitions, positions: [String: [String: String]]) {
    self.partitions = partitions
    reached = positions.mapValues { $0.mapValues { position in { position } } }
  }

  /// Adds a source, opened after its positions.
  func add(_ source: any StreamSource, node: Int, name: String, _ rows: RoundSource, _ arrivals: Arrivals)
    throws
  {
    let known = positions[name] ?? [:]
    for partition in known.keys.sorted() {
      partitions.note(partitions.number(source: name, partition: partition), node: node, hasRows: false)
    }
    let reader = try source.open(after: known, arrivals: arrivals)
    inputs.append(Input(node: node, name: name, reader: reader, rows: rows))
  }

  /// Whether no source gives any more.
  var haveEnded: Bool { inputs.allSatisfy(\.hasEnded) }

  /// Whether a source gives no more.
  func hasEnded(_ node: Int) -> Bool { inputs.contains { $0.node == node && $0.hasEnded } }

  /// What a round takes.
  struct Taken {
    var morsels = 0
    var bytes = 0
    /// Whether a partition came or went.
    var hasNews = false
  }

  /// Takes what is there, up to so many bytes, from all sources in turn.
  func take(bytes limit: Int) throws(RunFailure) -> Taken {
    var taken = Taken()
    var quiet = Set(inputs.indices.filter { inputs[$0].hasEnded })
    while quiet.count < inputs.count, taken.bytes < limit {
      for offset in inputs.indices where taken.bytes < limit {
        let index = (first + offset) % inputs.count
        if quiet.contains(index) { continue }
        if try !step(index, &taken) { quiet.insert(index) }
      }
    }
    if !inputs.isEmpty { first = (first + 1) % inputs.count }
    return taken
  }

  /// Asks one source; false where it has nothing now.
  private func step(_ index: Int, _ taken: inout Taken) throws(RunFailure) -> Bool {
    let (node, name) = (inputs[index].node, inputs[index].name)
    let event: StreamEvent
    do { event = try inputs[index].reader.next() } catch { throw .input(name: name, error: error) }
    switch event {
    case .nothing: return false
    case .rows(let rows):
      let partition = partitions.number(source: name, partition: rows.partition)
      partitions.note(partition, node: node, hasRows: true)
      reached[name, default: [:]][rows.partition] = rows.position
      inputs[index].rows.append(PartitionedMorsel(morsel: rows.morsel, source: name, partition: partition))
      taken.morsels += 1
      taken.bytes += max(1, rows.morsel.size)
    case .partition(let partition):
      partitions.note(partitions.number(source: name, partition: partition), node: node, hasRows: false)
      taken.hasNews = true
    case .partitionEnded(let partition):
      let number = partitions.number(source: name, partition: partition)
      partitions.note(number, node: node, hasRows: false)
      partitions.end(number)
      taken.hasNews = true
    case .end:
      partitions.end(source: node)
      inputs[index].hasEnded = true
      taken.hasNews = true
      return false
    }
    return true
  }

  /// The positions are those of a complete epoch.
  func commit() throws(RunFailure) {
    let positions = positions
    for input in inputs {
      do { try input.reader.commit(positions[input.name] ?? [:]) } catch {
        throw .input(name: input.name, error: error)
      }
    }
  }

  /// Stops reading.
  func close() {
    for input in inputs { input.reader.close() }
  }
}
