/// A stream as people watch it: a line for the whole, and one for each operator with its rates.
public struct LiveStream {
  private var former: RunSnapshot?
  private var latest: RunSnapshot?

  /// Nothing has been seen.
  public init() {}

  /// Takes in how far the stream is. Rates are those since the snapshot before.
  public mutating func note(_ snapshot: RunSnapshot) {
    if let latest, snapshot.elapsed - latest.elapsed < Self.shortest { return }
    former = latest
    latest = snapshot
  }

  /// Seconds over which rates are told at least.
  private static let shortest = 0.5

  /// The lines, for a screen of this size. `now` is in microseconds since 1970.
  public func lines(_ name: String, now: Int64, width: Int, height: Int) -> [String] {
    guard let latest, let stream = latest.stream else { return [] }
    let rate = rate { $0.rowsIn }
    var head =
      "\(name)  \(Figures.duration(latest.elapsed))  \(Figures.count(rate)) rows/s  epoch \(stream.epoch)"
    if stream.epoch > 0 {
      head +=
        " of \(Figures.duration(stream.epochSeconds)), checkpoint \(Figures.duration(stream.checkpointSeconds))"
    }
    head += "  load \(Int((stream.load * 100).rounded()))%"
    let room = max(height - 3, 1)
    let shown = stream.operators.prefix(room)
    let table = Figures.table(
      ["", "in/s", "out/s", "late", "failed", "faults", "behind"],
      shown.enumerated().map { index, operation in row(index, operation, now) }, right: Set(1...6))
    var lines = [head] + table.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    if stream.operators.count > room { lines.append("  and \(stream.operators.count - room) more") }
    return lines.map { String($0.prefix(max(width - 1, 1))) }
  }

  private func row(_ index: Int, _ operation: RunSnapshot.Stream.Operator, _ now: Int64) -> [String] {
    func some(_ count: Int) -> String { count == 0 ? "-" : Figures.count(Int64(count)) }
    let behind = operation.watermark.map { Figures.duration(Double(now - $0) / 1e6) } ?? ""
    return [
      String(operation.name.prefix(40)),
      Figures.count(rate { Int64($0.stream?.operators[index].rowsIn ?? 0) }),
      Figures.count(rate { Int64($0.stream?.operators[index].rowsOut ?? 0) }), some(operation.late),
      some(operation.failed), some(operation.faulted), behind,
    ]
  }

  /// A second, since the snapshot before; since the beginning where there is none.
  private func rate(_ count: (RunSnapshot) -> Int64) -> Int64 {
    guard let latest else { return 0 }
    let seconds = latest.elapsed - (former?.elapsed ?? 0)
    guard seconds > 0 else { return 0 }
    let before = former.flatMap { $0.stream == nil ? nil : count($0) } ?? 0
    return Int64((Double(count(latest) - before) / seconds).rounded())
  }
}
