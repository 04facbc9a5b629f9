import Semantics

extension Plan {
  /// The plan as a picture that follows the reader's light or dark scheme.
  public var svg: String { SVGDrawing(self).text }
}

/// Draws jobs as boxes in layers from left to right, exchanges as curves between them.
private struct SVGDrawing {
  private struct Box {
    let drawn: PlanDrawing.Box
    var layer = 0
    var x = 0
    var y = 0
    var width = 0
    var height: Int { SVGDrawing.titleHeight + drawn.lines.count * SVGDrawing.lineHeight + 10 }
    var middle: Int { y + height / 2 }
  }

  private static let titleHeight = 26
  private static let lineHeight = 16
  private static let characterWidth = 6.7
  private static let layerGap = 110
  private static let boxGap = 24
  private static let border = 24

  private let plan: Plan
  private let drawing: PlanDrawing
  private var boxes: [Box]
  private var width = 0
  private var height = 0

  init(_ plan: Plan) {
    self.plan = plan
    drawing = PlanDrawing(plan)
    boxes = drawing.boxes.map { drawn in
      var box = Box(drawn: drawn)
      let title = "\(drawn.number.map { "\($0)" } ?? drawn.kind.rawValue)  \(drawn.name)"
      let longest = (drawn.lines.map(\.text) + [title]).map(\.count).max() ?? 0
      box.width = max(Int(Double(longest) * Self.characterWidth) + 24, 120)
      return box
    }
    layOut()
  }

  /// A job stands one layer behind the last of those it reads; within a layer, near the middle of these.
  private mutating func layOut() {
    for index in boxes.indices {
      boxes[index].layer = (boxes[index].drawn.behind.map { boxes[$0].layer }.max() ?? -1) + 1
    }
    // What only feeds a late job stands right before it.
    for index in boxes.indices.reversed() {
      let readers = boxes.filter { $0.drawn.behind.contains(index) }.map(\.layer)
      if let nearest = readers.min() { boxes[index].layer = nearest - 1 }
    }
    var x = Self.border
    for layer in 0...(boxes.map(\.layer).max() ?? 0) {
      var members = boxes.indices.filter { boxes[$0].layer == layer }
      members.sort { (wish($0), $0) < (wish($1), $1) }
      var y = Self.border + 34
      for index in members {
        boxes[index].x = x
        boxes[index].y = y
        y += boxes[index].height + Self.boxGap
      }
      height = max(height, y)
      x += (members.map { boxes[$0].width }.max() ?? 0) + Self.layerGap
    }
    width = x - Self.layerGap + Self.border
    height += Self.border - Self.boxGap + 22
    center()
  }

  /// Where a box would like its middle to be: at that of what it reads.
  private func wish(_ index: Int) -> Double {
    let from = boxes[index].drawn.behind.map { Double(boxes[$0].middle) }
    return from.isEmpty ? 0 : from.reduce(0, +) / Double(from.count)
  }

  /// Moves each layer to the middle of the height.
  private mutating func center() {
    let top = Self.border + 34
    let room = height - top - Self.border - 22
    for layer in 0...(boxes.map(\.layer).max() ?? 0) {
      let members = boxes.indices.filter { boxes[$0].layer == layer }
      let used = members.map { boxes[$0].height + Self.boxGap }.reduce(-Self.boxGap, +)
      for index in members { boxes[index].y += max(room - used, 0) / 2 }
    }
  }

  var text: String {
    let title = "\(plan.pipeline)   \(plan.mode.rawValue) plan \(plan.shortHash)"
    let wide = max(width, Int(Double(max(title.count, plan.promise.name.count + 10)) * 8.4) + 2 * Self.border)
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(wide) \(height)" width="\(wide)" height="\(height)" \
      role="img" aria-label="\(Self.escaped("Plan of \(plan.pipeline)"))">
      """,
      Self.style,
      "<rect class=\"page\" width=\"\(wide)\" height=\"\(height)\"/>",
      "<text class=\"title\" x=\"\(Self.border)\" y=\"32\">\(Self.escaped(plan.pipeline))"
        + "<tspan class=\"faint\" dx=\"12\">\(plan.mode.rawValue) plan \(plan.shortHash)</tspan></text>",
      "<text class=\"faint\" x=\"\(Self.border)\" y=\"\(height - 16)\">delivery: \(plan.promise.name)</text>",
    ]
    for edge in drawing.edges { lines += draw(edge) }
    for box in boxes { lines += draw(box) }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private func draw(_ box: Box) -> [String] {
    let drawn = box.drawn
    let number = drawn.number.map { "\($0)" } ?? drawn.kind.rawValue
    let condition = drawn.isConditional ? " maybe" : ""
    let rectangle = "width=\"\(box.width)\" height=\"\(box.height)\" rx=\"6\"/>"
    var lines = ["<g transform=\"translate(\(box.x) \(box.y))\">"]
    if drawn.isRepeated {
      lines.append("<rect class=\"\(drawn.kind.rawValue)\" x=\"5\" y=\"5\" \(rectangle)")
    }
    lines += [
      "<rect class=\"\(drawn.kind.rawValue)\(condition)\" \(rectangle)",
      "<text class=\"name\" x=\"12\" y=\"19\"><tspan class=\"faint\">\(number)</tspan>"
        + "<tspan dx=\"6\">\(Self.escaped(drawn.name))</tspan></text>",
    ]
    for (index, line) in drawn.lines.enumerated() {
      let y = Self.titleHeight + 12 + index * Self.lineHeight
      lines.append(
        "<text class=\"\(line.kind.rawValue)\" x=\"12\" y=\"\(y)\">\(Self.escaped(line.text))</text>")
    }
    lines.append("</g>")
    return lines
  }

  private func draw(_ edge: PlanDrawing.Edge) -> [String] {
    let start = boxes[edge.from]
    let end = boxes[edge.to]
    let x1 = start.x + start.width
    let x2 = end.x - 5
    let bend = max((x2 - x1) / 2, 24)
    let (y1, y2) = (start.middle, entry(of: edge.from, into: end))
    // The label stands before the arrow's head, where edges of one layer have parted.
    let label = edge.label.count <= 16 ? edge.label : "\(edge.label.prefix(13))..."
    return [
      "<path class=\"edge\(edge.kind == .rows ? "" : " \(edge.kind.rawValue)")\" d=\"M\(x1) \(y1) C\(x1 + bend) \(y1) \(x2 - bend) \(y2) \(x2) \(y2)\"/>",
      "<path class=\"head\" d=\"M\(x2 + 5) \(y2) l-8 -4 v8 z\"/>",
      "<text class=\"label\" x=\"\(x2 - 8)\" y=\"\(y2 - 6)\">\(Self.escaped(label))</text>",
    ]
  }

  /// Where an edge ends: the edges into a box share its side, in the order of where they come from.
  private func entry(of from: Int, into box: Box) -> Int {
    let sources = box.drawn.behind.sorted { (boxes[$0].middle, $0) < (boxes[$1].middle, $1) }
    let place = sources.firstIndex(of: from) ?? 0
    return box.y + box.height * (place + 1) / (sources.count + 1)
  }

  private static let style = """
    <style>
    text { font: 11px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2933 }
    .page { fill: #ffffff }
    .job, .gateway, .table, .task { fill: #f3f6f9; stroke: #7b8a99 }
    .gateway { fill: #e8f1e6; stroke: #5c8a55 }
    .table { fill: #eef1f4; stroke-width: 2 }
    .task { fill: #f3eefb; stroke: #7d64b0 }
    .maybe { stroke-dasharray: 5 3 }
    .title { font-size: 15px; font-weight: bold }
    .name { font-weight: bold }
    .step { fill: #3d4b59 }
    .when { fill: #1d5fa8 }
    .held { fill: #9a5b00 }
    .faint { fill: #6b7a89; font-weight: normal; font-size: 11px }
    .edge { fill: none; stroke: #7b8a99; stroke-width: 1.4 }
    .value { stroke-dasharray: 5 3 }
    .call { stroke-dasharray: 2 3 }
    .head { fill: #7b8a99 }
    .label { fill: #52616f; font-size: 10px; text-anchor: end; paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
    @media (prefers-color-scheme: dark) {
    text { fill: #e4e9ee }
    .page { fill: #14181d }
    .job, .gateway, .table, .task { fill: #1f262d; stroke: #6b7a89 }
    .gateway { fill: #1c2a1c; stroke: #6fa268 }
    .task { fill: #262033; stroke: #9a86c8 }
    .when { fill: #7db4ee }
    .step { fill: #c3ccd5 }
    .held { fill: #f0b45c }
    .faint, .label { fill: #94a3b2 }
    .label { stroke: #14181d }
    }
    </style>
    """

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
