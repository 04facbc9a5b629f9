import Foundation
import JobStore
import Tasks

/// Where the tasks of a run work, and where their logs are: beside the record of the run.
struct WorkPlaces: Sendable {
  private let run: String
  private let base: String
  /// Follows the logs.
  let logs: (any LogWatcher)?

  /// In the folder that is the current one now.
  /// - Parameter lease: Of a run that may be begun anew, perhaps here, and while somebody still works at it: none finds
  ///   what another has left.
  init(_ run: RunID, lease: Int64?, logs: (any LogWatcher)? = nil) {
    self.logs = logs
    self.run = run.text + (lease.map { "/\($0)" } ?? "")
    base = FileManager.default.currentDirectoryPath
  }

  /// Where a folder keeps the logs, a folder a run.
  static let logs = ".thalweg/logs"
  /// Where it keeps what tasks work with, a folder a run.
  static let works = ".thalweg/work"

  /// A job, and of a `for` a pass of it.
  struct Place: Codable, Sendable {
    /// The job, by its place in the plan.
    let job: Int
    /// From 1.
    let pass: Int?
    /// The elements of the pass: `[north, 2]`.
    let name: String?
  }

  /// The folder of a job, and that of an attempt beside it: making one folder in another takes longer than a small task.
  func work(of place: Place) -> String { "\(folder)/\(Self.name(place))" }
  func work(of place: Place, attempt: Int) -> String { "\(work(of: place))-\(attempt)" }

  /// The files of what a call gave that was made before.
  func files(of place: Place) -> String { "\(work(of: place))/files" }

  /// What a shard of a stage reads and writes on its way; of the run's own worker what all of them gave.
  func shard(_ name: String) -> String { "\(folder)/shards/\(name)" }

  /// Of the calls of a task for rows.
  func ofRows(task: String, call: Int) -> (work: String, log: String) {
    ("\(folder)/\(task)/\(call)", "\(base)/\(Self.logs)/\(run)/\(task)-\(call).log")
  }

  /// What an attempt writes for people.
  func log(of place: Place, attempt: Int) -> String {
    "\(base)/\(Self.logs)/\(run)/\(Self.name(place))-\(attempt).log"
  }

  private static func name(_ place: Place) -> String {
    place.pass.map { "\(place.job + 1).\($0)" } ?? "\(place.job + 1)"
  }

  /// A path as people see it.
  static func shown(_ path: String) -> String {
    let base = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(base) ? String(path.dropFirst(base.count)) : path
  }

  /// Nobody needs the files any more.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private var folder: String { "\(base)/\(Self.works)/\(run)" }
}
