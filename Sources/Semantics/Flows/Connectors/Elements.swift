import Diagnosing
import Syntax

// What the rows of a connector can be.

extension FlowChecker {
  /// Rows of files and tables have named columns; those of csv hold no nested values.
  func holdsColumns(_ call: ConnectorCall, nested: Bool) {
    guard call.element != .error else { return }
    guard let columns = call.element.columns else {
      report(.elementWithoutColumns(call.name, call.element))
      return
    }
    for column in columns {
      if !nested, column.type.isNested {
        report(.nestedInCSV(call.name, field: column.name, type: column.type))
        return
      }
      if let kept = column.type.keptElsewhere {
        report(.fileInRows(call.name, field: column.name, kept))
        return
      }
    }
  }

  /// All rows are of one type.
  func holds(_ type: Type, _ call: ConnectorCall, help: String) {
    if type.fits(call.element) { return }
    report(
      .elementOfConnector(call.name, wanted: "`\(type)`", found: call.element, call.isSource, help: help))
  }
}

extension Type {
  fileprivate var isNested: Bool {
    switch unwrapped {
    case .list, .map, .vector, .record, .row: true
    default: false
    }
  }

  /// A part that is no data: a file, a folder, a secret.
  var keptElsewhere: Type? {
    switch self {
    case .file, .directory, .secret: self
    case .optional(let inner), .list(let inner), .map(let inner): inner.keptElsewhere
    case .row(let row): row.types.lazy.compactMap(\.keptElsewhere).first
    case .record(let record): record.fields.lazy.compactMap(\.type.keptElsewhere).first
    default: nil
    }
  }
}
