import Engine
import Foundation
import Planning

/// What an epoch consists of: everything but the rows of the state, and where those are.
struct Manifest: Codable, Sendable {
  /// Grows when a member is taken away or changes its meaning.
  private(set) var version = 1
  let epoch: Int
  let positions: [String: [String: String]]
  let counters: [String: Counters]
  let watermarks: [String: Int64]
  /// What each operator's state depends on, by the operator's name; also of those that hold nothing yet.
  let shapes: [String: StateShape]
  let sections: [StoredSection]
  /// The rows to be shown, by sink.
  let spools: [String: FolderSpool.Extent]

  /// The counters of a node.
  struct Counters: Codable, Sendable {
    let rowsIn: Int
    let rowsOut: [Int]
    let late: Int
    let failed: Int
    let faulted: Int
    let bytesRead: Int
    let bytesWritten: Int
    let busy: Int
  }

  /// Where a section of an operator's state is.
  struct StoredSection: Codable, Sendable {
    let `operator`: String
    let name: String
    let version: Int
    let holding: HeldShape.Holding
    /// The column that the fields of what it holds begin at.
    let from: Int
    /// The epoch in whose file it is.
    let file: Int
    let offset: Int
    let length: Int
    /// XXH3 over its bytes.
    let hash: UInt64
  }

  /// As bytes, the same for the same manifest.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  /// What is kept, by the operator's name.
  var held: [String: HeldShape] {
    let holdings = Dictionary(grouping: sections, by: \.operator).mapValues { Set($0.map(\.holding)) }
    return Dictionary(
      uniqueKeysWithValues: shapes.map { ($0, HeldShape($1, holds: holdings[$0] ?? [])) })
  }

  /// The files that it needs.
  var files: Set<Int> { Set(sections.map(\.file)).union([epoch]) }
}

extension Manifest.Counters {
  init(_ node: RunProgress.Node) {
    rowsIn = node.rowsIn
    rowsOut = node.rowsOut
    late = node.late
    failed = node.failed
    faulted = node.faulted
    bytesRead = node.bytesRead
    bytesWritten = node.bytesWritten
    busy = node.busy
  }

  var node: RunProgress.Node {
    RunProgress.Node(
      rowsIn: rowsIn, rowsOut: rowsOut, late: late, failed: failed, faulted: faulted, bytesRead: bytesRead,
      bytesWritten: bytesWritten, busy: busy)
  }
}

extension Manifest.StoredSection {
  /// What a section has said that it holds.
  static func holding(_ contents: OperatorState.Contents?) -> (holding: HeldShape.Holding, from: Int) {
    switch contents {
    case .own: (.own, 0)
    case .elements(let input, let from): (input == 0 ? .left : .right, from)
    case .states(let from): (.state, from)
    case nil: (.unsaid, 0)
    }
  }

  /// The same, as it is told to the operator.
  var contents: OperatorState.Contents? {
    switch holding {
    case .own: .own
    case .left: .elements(input: 0, from: from)
    case .right: .elements(input: 1, from: from)
    case .state: .states(from: from)
    case .unsaid: nil
    }
  }

  /// The elements that it holds.
  var part: StateShape.Part? {
    switch holding {
    case .left: .left
    case .right: .right
    case .state: .state
    case .own, .unsaid: nil
    }
  }
}
