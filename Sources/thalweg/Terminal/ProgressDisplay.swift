import Dispatch
import Execution
import JobStore
import Serving
import Synchronization

/// Draws how a run goes on, over itself, at most ten times a second; and whatever else may be drawn so.
final class ProgressDisplay: RunObserver {
  private struct State {
    var drawnLines = 0
    var lastDrawing: UInt64 = 0
    var isFinished = false
    var stream = LiveStream()
    var calls = LiveCalls()
  }

  private static let interval: UInt64 = 100_000_000
  private let name: String
  private let console: Console
  private let state = Mutex(State())

  init(_ name: String, on console: Console) {
    self.name = name
    self.console = console
  }

  func observe(_ snapshot: RunSnapshot) {
    draw { state in snapshot.stream == nil ? lines(snapshot) : streamLines(snapshot, &state.stream) }
  }

  /// Draws what services do.
  func observe(_ routes: [RouteFigures], elapsed: Double) {
    draw { state in
      state.calls.note(routes, elapsed: elapsed)
      return state.calls.lines(width: console.width, height: console.height)
    }
  }

  /// Draws how far a submitted run is.
  func observe(_ run: RunRecord, _ jobs: [JobRecord]) {
    draw { _ in
      if let waits = RunReport.waits(run) { return ["\(name)  \(waits)"] }
      return lines(RunSnapshot(run, jobs, now: .now))
    }
  }

  /// Draws how far a backfill is.
  func observe(_ progress: RunQueue.BackfillProgress) {
    draw { _ in ["\(name)  \(BackfillReport.line(progress))"] }
  }

  /// Writes what must stay, above what is drawn.
  func write(_ write: () -> Void) {
    state.withLock { state in
      console.write(erasing(state.drawnLines))
      state.drawnLines = 0
      write()
    }
  }

  private func draw(_ makeLines: (inout State) -> [String]) {
    guard console.isLive else { return }
    let now = DispatchTime.now().uptimeNanoseconds
    state.withLock { state in
      guard !state.isFinished, now - state.lastDrawing >= Self.interval else { return }
      state.lastDrawing = now
      let lines = makeLines(&state)
      console.write(erasing(state.drawnLines) + lines.map { "\($0)\n" }.joined())
      state.drawnLines = lines.count
    }
  }

  func finish() {
    state.withLock { state in
      if !state.isFinished { console.write(erasing(state.drawnLines)) }
      state.isFinished = true
      state.drawnLines = 0
    }
  }

  func warn(_ message: String) {
    state.withLock { state in
      console.write("\(erasing(state.drawnLines))warning: \(message)\n")
      state.drawnLines = 0
    }
  }

  /// Moves up over as many lines and clears what is below.
  private func erasing(_ lines: Int) -> String { lines == 0 ? "" : "\u{1B}[\(lines)A\u{1B}[J" }

  private func streamLines(_ snapshot: RunSnapshot, _ stream: inout LiveStream) -> [String] {
    stream.note(snapshot)
    return stream.lines(name, now: Moment.now.microseconds, width: console.width, height: console.height)
  }

  private func lines(_ snapshot: RunSnapshot) -> [String] {
    let rate = snapshot.elapsed > 0.05 ? Int64(Double(snapshot.rowsIn) / snapshot.elapsed) : 0
    let head =
      "\(name)  \(Figures.duration(snapshot.elapsed))  \(Figures.rows(snapshot.rowsIn)) read, "
      + "\(Figures.count(rate)) rows/s"
    // Of more jobs than the screen has lines, those under way are shown.
    let room = max(console.height - 2, 1)
    let jobs =
      snapshot.jobs.count <= room
      ? snapshot.jobs : Array(snapshot.jobs.filter { $0.state == .running }.prefix(room))
    let width = min(jobs.map(\.name.count).max() ?? 0, 40)
    return ([head] + jobs.map { line($0, width) }).map { String($0.prefix(console.width - 1)) }
  }

  private func line(_ job: RunSnapshot.Job, _ width: Int) -> String {
    let mark =
      switch job.state {
      case .waiting: " "
      case .running: ">"
      case .succeeded: "+"
      case .stopped, .skipped: "-"
      case .failed, .cancelled: "!"
      }
    let name = String(job.name.prefix(width))
    let padding = String(repeating: " ", count: width - name.count)
    let share = job.state == .running ? job.fraction.map { "  \(Int($0 * 100))%" } ?? "" : ""
    let rows =
      job.state == .waiting ? "" : "  \(Figures.rows(job.rowsIn)) in, \(Figures.count(job.rowsOut)) out"
    return "\(mark) \(name)\(padding)\(rows)\(share)"
  }
}
