import Columns
import Diagnosing
import Semantics
import Syntax

/// What `--update` does to an expectation whose rows differ: puts those that came in the place of the list.
struct RowsUpdate: Sendable {
  private let list: TypedExpression
  private let element: Type
  private let rows: Column

  init(_ list: TypedExpression, element: Type, rows: Column) {
    self.list = list
    self.element = element
    self.rows = rows
  }

  /// Why an expectation is left as it is.
  struct Refusal: Error {
    let reason: String
  }

  /// The replacement of the list, in a file in which `name` names the declared types.
  func edit(name: @escaping (Type) -> String?) -> Result<Edit, Refusal> {
    guard case .list(let elements) = list.kind, elements.allSatisfy(\.isWrittenOut) else {
      return .failure(Refusal(reason: "the expected rows are computed, not written out"))
    }
    var values = ValueText(name: name)
    let texts = (0..<rows.count).map { values.text(rows, $0, element) }
    if let type = values.unwritable {
      return .failure(Refusal(reason: "a value of `\(type)` can't be written here"))
    }
    if texts.isEmpty { return .success(Edit(list.span, "[]")) }
    if texts.count == 1 { return .success(Edit(list.span, "[\(texts[0])]")) }
    return .success(Edit(list.span, "[\n" + texts.map { "    \($0),\n" }.joined() + "  ]"))
  }
}

extension TypedExpression {
  /// Whether it holds literals and constructions alone, so that nothing is lost when it is replaced.
  fileprivate var isWrittenOut: Bool {
    var isWritten = true
    visit { part in
      switch part.kind {
      case .literal, .construct, .list, .map, .some, .rewrap, .negate: break
      default: isWritten = false
      }
    }
    return isWritten
  }
}

/// Rewrites files by edits.
enum Rewriting {
  /// The text with `edits` made, in the one format if it was in it before.
  static func apply(_ edits: [Edit], to file: SourceFile) -> [UInt8] {
    var bytes = file.bytes
    for edit in edits.sorted(by: { $0.span.start > $1.span.start }) {
      bytes.replaceSubrange(Int(edit.span.start)..<Int(edit.span.end), with: Array(edit.text.utf8))
    }
    guard format(parse(file)) == file.bytes else { return bytes }
    var sources = SourceMap()
    let parsed = parse(sources.add(path: file.path, bytes: bytes))
    return parsed.diagnostics.hasErrors ? bytes : format(parsed)
  }
}
