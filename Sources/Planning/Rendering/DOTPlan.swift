extension Plan {
  /// The plan as a graph for Graphviz: a box a job, an edge an exchange.
  public var dot: String {
    var lines = [
      "digraph \(Self.quoted(pipeline)) {",
      "  rankdir=LR",
      "  node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11]",
      "  edge [fontname=\"Helvetica\", fontsize=9]",
    ]
    let drawing = PlanDrawing(self)
    for box in drawing.boxes {
      // `\l` ends a line of text that is aligned at its left.
      let title = box.number.map { "\($0) \(box.name)" } ?? box.name
      let text = ([title] + box.lines.map(\.text)).map { Self.escaped($0) + "\\l" }.joined()
      lines.append("  \(box.id) [label=\"\(text)\"\(Self.style(box))]")
    }
    for edge in drawing.edges {
      let style =
        switch edge.kind {
        case .rows: ""
        case .value: ", style=dashed"
        case .call: ", style=dotted"
        }
      lines.append(
        "  \(drawing.boxes[edge.from].id) -> \(drawing.boxes[edge.to].id) [label=\(Self.quoted(edge.label))\(style)]"
      )
    }
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func style(_ box: PlanDrawing.Box) -> String {
    let peripheries = box.isRepeated ? ", peripheries=2" : ""
    switch box.kind {
    case .gateway: return ", shape=cds" + peripheries
    case .table: return ", shape=cylinder, style=\"\"" + peripheries
    case .task: return ", shape=component, style=\"\"" + peripheries
    case .job: return box.isConditional ? ", style=\"rounded,dashed\"\(peripheries)" : peripheries
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: " ")
  }

  private static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }
}

extension String {
  /// Every occurrence of one text replaced by another.
  func replacing(_ text: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while let first = rest.first {
      if rest.hasPrefix(text) {
        result += other
        rest = rest.dropFirst(text.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
