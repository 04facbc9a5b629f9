/// What a piece of output stands for; a terminal gives each a colour.
enum Style: Equatable {
  case plain
  case message
  case gutter
  case severity(Severity)
  case secondary

  /// The escape sequence that begins it.
  var escape: String {
    switch self {
    case .plain: ""
    case .message: "\u{1B}[1m"
    case .gutter, .secondary: "\u{1B}[1;34m"
    case .severity(.error): "\u{1B}[1;31m"
    case .severity(.warning): "\u{1B}[1;33m"
    case .severity(.note): "\u{1B}[1;36m"
    }
  }
}

/// Lines of styled text.
struct Canvas {
  private(set) var output = ""
  private let isColored: Bool

  init(isColored: Bool) { self.isColored = isColored }

  /// Appends styled pieces and ends the line; blanks at its end are left out.
  mutating func line(_ pieces: [(String, Style)]) {
    var pieces = pieces
    while let last = pieces.last {
      guard let kept = last.0.lastIndex(where: { $0 != " " }) else {
        pieces.removeLast()
        continue
      }
      pieces[pieces.count - 1].0 = String(last.0[...kept])
      break
    }
    for (text, style) in pieces where !text.isEmpty {
      output += isColored && style != .plain ? "\(style.escape)\(text)\u{1B}[0m" : text
    }
    output += "\n"
  }
}

/// A line of single-column cells that grows to where something is put.
struct CellRow {
  private var cells: [(text: Character, style: Style)] = []

  /// Puts `text` at `column`, over what was there.
  mutating func put(_ text: String, at column: Int, _ style: Style) {
    var column = column
    for character in text {
      while cells.count <= column { cells.append((" ", .plain)) }
      cells[column] = (character, style)
      column += 1
    }
  }

  /// Puts `count` times `character` from `column` on.
  mutating func fill(_ character: Character, from column: Int, count: Int, _ style: Style) {
    put(String(repeating: character, count: max(count, 0)), at: column, style)
  }

  /// The cells, neighbours of one style joined.
  var pieces: [(String, Style)] {
    var pieces: [(String, Style)] = []
    for cell in cells {
      if let last = pieces.last, last.1 == cell.style || cell.text == " " {
        pieces[pieces.count - 1].0.append(cell.text)
      } else {
        pieces.append((String(cell.text), cell.style))
      }
    }
    return pieces
  }

  /// Past the last cell.
  var end: Int { cells.count }
}
