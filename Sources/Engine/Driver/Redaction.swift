import Dataflow
import Semantics

/// Which values of rows are not shown, because they carry labels.
enum Redaction: Equatable {
  case none
  /// Those of these columns.
  case columns(Set<Int>)
  case all

  /// What stands for a value that is not shown.
  static let text = "***"
  /// What stands for a failure's text.
  static let failure = "it failed; what it was given carries a label and is not shown"

  func hides(_ column: Int) -> Bool {
    switch self {
    case .none: false
    case .columns(let columns): columns.contains(column)
    case .all: true
    }
  }

  private init(_ columns: Set<Int>) {
    self = columns.isEmpty ? .none : columns.contains(LabelledColumns.all) ? .all : .columns(columns)
  }

  /// Of the rows that an operator reads.
  init(readBy node: Dataflow.Node, in graph: Graph) {
    let inputs = graph.labelled[node.span]?.inputs ?? []
    if inputs.count == 1 {
      self.init(inputs[0])
    } else {
      // What a row of several flows is made of, its columns do not tell.
      self = inputs.allSatisfy(\.isEmpty) ? .none : .all
    }
  }

  /// Of the rows that a source gives.
  init(givenBy node: Dataflow.Node, in graph: Graph) {
    self.init(graph.labelled[node.span]?.results.first ?? [])
  }
}

extension RowFailure {
  /// What happened, unless that may tell a labelled value.
  public func message(in graph: Graph) -> String {
    graph.labelled.hidesFailure(at: span) ? Redaction.failure : message
  }
}
