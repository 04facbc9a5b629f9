import Columns
import Diagnosing
import Engine
import Foundation

/// A shard of a stage as it is sent to a worker, which has the program, too.
struct FragmentWork: Codable, Sendable {
  /// Which of the stages, from 0.
  let stage: Int
  /// Which of so many shards, from 0.
  let shard: Int
  let shards: Int
  /// For each read of the stage the names of the contents that hold the rows.
  let inputs: [[String]]
}

/// What came of it.
struct FragmentResult: Codable, Sendable {
  /// For each write of the stage, and each shard that reads it, the name of the content; nil where there are no rows.
  var outputs: [[String?]] = []
  /// What was done at the nodes.
  var nodes: [Int: RunProgress.Node] = [:]
  /// What the sources had, by their nodes.
  var extents: [Int: SourceShard.Extent] = [:]
  /// Why the run has to fail, wherever this is done.
  var failure: Failure?

  /// A failure that follows from the data.
  enum Failure: Codable, Sendable {
    case fault(Fault)
    case input(name: String, Fault)
  }

  /// A `RunFault` or a `RowFault`.
  struct Fault: Codable, Sendable {
    var node = 0
    var operatorName = ""
    var span: [UInt32] = [0, 0, 0]
    var position = ""
    var column: String?
    var message: String
    var row: String?
    var help: String?
  }

  init(json: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(json.utf8)) }

  init() {}

  var json: String {
    guard let data = try? JSONEncoder().encode(self) else { preconditionFailure("numbers can be encoded") }
    return String(decoding: data, as: UTF8.self)
  }
}

extension FragmentResult.Failure {
  /// What is to be told of a failure; nil where it says nothing of the data.
  /// - Parameter origins: The nodes of the whole.
  init?(_ failure: RunFailure, _ origins: [Int?]) {
    switch failure {
    case .fault(let fault):
      self = .fault(
        FragmentResult.Fault(
          node: origins[fault.node] ?? 0, operatorName: fault.operatorName,
          span: [fault.span.file.index, fault.span.start, fault.span.end], position: fault.position,
          column: fault.column, message: fault.message, row: fault.row, help: fault.help))
    case .input(let name, let error as RowFault):
      self = .input(
        name: name,
        FragmentResult.Fault(
          position: error.position, column: error.column, message: error.message, help: error.help))
    case .input(let name, let error): self = .input(name: name, FragmentResult.Fault(message: "\(error)"))
    default: return nil
    }
  }

  /// The failure of the run.
  var failure: RunFailure {
    switch self {
    case .fault(let fault):
      .fault(
        RunFault(
          node: fault.node, operatorName: fault.operatorName,
          span: Span(FileID(Int(fault.span[0])), fault.span[1], fault.span[2]), position: fault.position,
          column: fault.column, message: fault.message, row: fault.row, help: fault.help))
    case .input(let name, let fault):
      .input(
        name: name,
        error: RowFault(
          position: fault.position, column: fault.column, message: fault.message, help: fault.help))
    }
  }
}
