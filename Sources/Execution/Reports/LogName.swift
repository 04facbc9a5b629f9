import JobStore

/// What the name of a log says: `2-1` is of the first try of the second job, `2.7-1` of its seventh pass, and `tag-3` of
/// the third process that a task for rows was called by.
struct LogName: Hashable, Comparable {
  let text: String
  /// From 1.
  let job: Int?
  let pass: Int?
  let task: String?
  /// The attempt, or the process.
  let number: Int

  /// Nil where it is no log of a task.
  init?(_ text: String) {
    guard let dash = text.lastIndex(of: "-"), let number = Int(text[text.index(after: dash)...]) else {
      return nil
    }
    self.text = text
    self.number = number
    let parts = text[..<dash].split(separator: ".", omittingEmptySubsequences: false)
    if let job = Int(parts[0]) {
      self.job = job
      pass = parts.count > 1 ? Int(parts[1]) : nil
      task = nil
    } else {
      (job, pass, task) = (nil, nil, String(text[..<dash]))
    }
  }

  static func text(ofPath path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".log") ? String(file.dropLast(4)) : file
  }

  static func < (one: LogName, other: LogName) -> Bool {
    (one.job ?? .max, one.pass ?? 0, one.task ?? "", one.number)
      < (other.job ?? .max, other.pass ?? 0, other.task ?? "", other.number)
  }

  /// Whose log it is, for people.
  func title(_ jobs: [JobRecord]) -> String {
    if let task { return "\(task), process \(number)" }
    let name = jobs.first { $0.id == job }?.name ?? "\(job ?? 0)"
    return name + (pass.map { ", pass \($0)" } ?? "") + ", try \(number)"
  }
}
