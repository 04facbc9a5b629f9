extension Plan {
  /// The plan as a flowchart for Mermaid, as Markdown pages show it.
  public var mermaid: String {
    let drawing = PlanDrawing(self)
    var lines = ["flowchart LR"]
    for box in drawing.boxes {
      let title = box.number.map { "\($0) \(box.name)" } ?? box.name
      let text = (["<b>\(Self.escaped(title))</b>"] + box.lines.map { Self.escaped($0.text) })
        .joined(separator: "<br/>")
      let (open, close) =
        switch box.kind {
        case .job: box.isRepeated ? ("[[", "]]") : ("[", "]")
        case .gateway: (">", "]")
        case .table: ("[(", ")]")
        case .task: ("{{", "}}")
        }
      lines.append("  \(box.id)\(open)\"\(text)\"\(close)")
    }
    for edge in drawing.edges {
      let arrow = edge.kind == .rows ? "-->" : "-.->"
      lines.append(
        "  \(drawing.boxes[edge.from].id) \(arrow)|\"\(Self.escaped(edge.label))\"| \(drawing.boxes[edge.to].id)"
      )
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
