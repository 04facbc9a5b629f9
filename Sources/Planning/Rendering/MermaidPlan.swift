extension BatchPlan {
  /// The plan as a flowchart for Mermaid, as Markdown pages show it.
  public var mermaid: String {
    var lines = ["flowchart LR"]
    for job in jobs {
      let text = (["<b>\(job.id) \(Self.escaped(job.name))</b>"] + job.summaries.map { Self.escaped($0) })
        .joined(separator: "<br/>")
      lines.append("  job\(job.id)[\"\(text)\"]")
    }
    for (job, exchange) in exchanges {
      lines.append("  job\(exchange.from) -->|\"\(Self.escaped(exchange.kind.description))\"| job\(job.id)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Mermaid writes characters that it would read itself as `#name;`.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "#": escaped += "#35;"
      case "\"": escaped += "#quot;"
      case "<": escaped += "#lt;"
      case ">": escaped += "#gt;"
      case "&": escaped += "#amp;"
      case "`": escaped += "#96;"
      case "|": escaped += "#124;"
      case "\n": escaped += " "
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
