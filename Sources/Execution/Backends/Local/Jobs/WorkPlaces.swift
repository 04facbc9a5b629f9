import Foundation
import JobStore

/// Where the tasks of a run work, and where their logs are: beside the record of the run.
struct WorkPlaces: Sendable {
  private let run: String
  private let base: String

  /// In the folder that is the current one now.
  init(_ run: RunID) {
    self.run = run.text
    base = FileManager.default.currentDirectoryPath
  }

  /// The folder of a job, by its place in the plan, and of an attempt in it.
  func work(of job: Int) -> String { "\(folder)/\(job + 1)" }
  func work(of job: Int, attempt: Int) -> String { "\(work(of: job))/\(attempt)" }

  /// What an attempt writes for people.
  func log(of job: Int, attempt: Int) -> String {
    "\(base)/.thalweg/logs/\(run)/\(job + 1)-\(attempt).log"
  }

  /// A path as people see it.
  static func shown(_ path: String) -> String {
    let base = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(base) ? String(path.dropFirst(base.count)) : path
  }

  /// Nobody needs the files any more.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private var folder: String { "\(base)/.thalweg/work/\(run)" }
}
