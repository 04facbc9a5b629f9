import Diagnosing
import JobStore

extension RunOutcome {
  /// How a command that ran it ends.
  public var status: ExitStatus {
    switch state {
    case .succeeded: .done
    case .cancelled, .stopped: .interrupted
    case .planned, .running, .failed: max(ExitStatus(diagnostics), .failed)
    }
  }

  /// One line for people.
  public func summary(of pipeline: String) -> String {
    let took = Figures.duration(snapshot.elapsed)
    let rows = "\(Figures.rows(snapshot.rowsIn)) in"
    return switch state {
    case .succeeded:
      "\(pipeline) succeeded in \(took): \(rows), \(Figures.count(snapshot.rowsOut)) out (\(id))"
    case .cancelled: "\(pipeline) was cancelled after \(took): nothing is published (\(id))"
    case .stopped:
      "\(pipeline) stopped after \(took): \(rows), \(Figures.count(snapshot.rowsOut)) out (\(id))"
    case .planned, .running, .failed: "\(pipeline) failed after \(took): \(rows) (\(id))"
    }
  }
}

extension ExitStatus: Comparable {
  /// By number.
  public static func < (left: ExitStatus, right: ExitStatus) -> Bool { left.rawValue < right.rawValue }
}
