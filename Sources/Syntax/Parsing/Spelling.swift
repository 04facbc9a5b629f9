/// What a misspelled or foreign keyword may stand for.
enum Spelling {
  static func declaration(_ text: String) -> String? {
    switch text {
    case "func", "function", "def", "fun", "sub": "fn"
    case "struct", "class", "interface", "message": "record"
    case "job", "process", "step": "task"
    case "workflow", "flow", "dag": "pipeline"
    case "typealias", "newtype", "alias": "type"
    default:
      nearest(text, among: ["import", "record", "enum", "type", "label", "fn", "task", "pipeline", "test"])
    }
  }

  static func statement(_ text: String) -> String? {
    switch text {
    case "var", "const", "val", "set": "let"
    case "source", "input": "from"
    case "sink", "output", "emit", "write": "into"
    case "return", "respond": "reply"
    case "drop", "ignore": "discard"
    case "assert": "expect"
    default:
      nearest(
        text, among: ["from", "into", "let", "check", "discard", "reply", "run", "given", "expect"])
    }
  }

  static func clause(_ text: String) -> String? {
    switch text {
    case "shell", "sh", "bash", "script", "exec": "command"
    case "image", "docker": "container"
    case "retries": "retry"
    case "memory", "cpu", "gpu": "resources"
    default: nearest(text, among: TaskWords.clauses)
    }
  }

  /// The word at most two edits away (one for short ones), the first of the nearest.
  static func nearest(_ text: String, among words: [String]) -> String? {
    let length = text.utf8.count
    guard length >= 3, length <= 24 else { return nil }
    let most = length < 5 ? 1 : 2
    var best: (word: String, distance: Int)?
    for word in words {
      let distance = distance(Array(text.utf8), Array(word.utf8))
      if distance <= most, distance < best?.distance ?? .max { best = (word, distance) }
    }
    return best?.word
  }

  /// Insertions, deletions, replacements, and swaps of neighbours.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        var cost = min(
          last[column + 1] + 1, current[column] + 1, last[column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, before[column - 1] + 1)
        }
        current.append(cost)
      }
      before = last
      last = current
    }
    return last[right.count]
  }
}

/// The words that start a clause of a task.
/// The clauses of a task.
public enum TaskWords {
  /// By their first words.
  public static let clauses = [
    "python", "command", "http", "container", "effect", "batch", "replicas", "resources", "env", "timeout",
    "retry",
    "cache", "allow", "format",
  ]
}
