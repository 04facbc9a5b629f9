import Diagnosing

extension StateComparison {
  /// The verdicts for people, a line each, behind the plan of the version they are about.
  public func text(run: String, epoch: Int) -> String {
    var rows = verdicts.map { ($0.kind.rawValue, "`\($0.name)`", $0.reason) }
    rows += released.map { ("released", "`\($0)`", "nothing takes over what it holds") }
    let widths = (rows.map(\.0.count).max() ?? 0, min(rows.map(\.1.count).max() ?? 0, 42))
    let lines = rows.map { kind, name, reason in
      let name = reason.isEmpty ? name : name.filled(to: widths.1)
      return "  \(kind.filled(to: widths.0))  \(name)\(reason.isEmpty ? "" : "  \(reason)")"
    }
    return (["against run `\(run)` at epoch \(epoch)"] + lines).joined(separator: "\n") + "\n"
  }

  /// The verdicts for machines, to stand in a plan under `against`.
  public func json(run: String, epoch: Int) -> JSONValue {
    let operators = verdicts.map { verdict in
      JSONValue.members([
        "name": .string(verdict.name), "operator": .string(verdict.operation),
        "verdict": .string(verdict.kind.rawValue), "taken_from": .optional(verdict.takenFrom),
        "reason": .string(verdict.reason),
      ])
    }
    return .members([
      "run": .string(run), "epoch": .int(Int64(epoch)), "operators": .array(operators),
      "released": .array(released.map { .string($0) }),
    ])
  }
}

extension String {
  fileprivate func filled(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 0))
  }
}
