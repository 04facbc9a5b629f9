import Dataflow
import Semantics

@testable import Engine

/// The results of an `aggregate` or `top` over windows, slow and obvious: all windows that any row could lie in are
/// tried.
struct WindowReference {
  enum Shape {
    case tumbling(Int64)
    case sliding(Int64, every: Int64)
    case session(gap: Int64)
  }

  struct Window {
    let start: Int64
    let end: Int64
    var rows: [Value] = []
  }

  let graph: Graph
  let shape: Shape
  private var reference: Reference { Reference(graph, [:]) }

  /// The rows of the windows' results, each with its event time.
  func results(_ rows: [Value]) throws -> [(row: Value, time: Int64)] {
    var results: [(row: Value, time: Int64)] = []
    for node in graph.nodes {
      switch node.operation {
      case .aggregate(let aggregate):
        for (key, window) in try windows(rows, by: aggregate.key) {
          results.append((try row(aggregate, key, window), window.end - 1))
        }
      case .top(let top):
        for (_, window) in try windows(rows, by: top.group) {
          results += try reference.top(top, window.rows).map { ($0, window.end - 1) }
        }
      default: break
      }
    }
    return results
  }

  /// The event time of a row.
  func time(of row: Value) throws -> Int64 {
    for case .timed(let timed) in graph.nodes.map(\.operation) {
      if case .int(let time) = try reference.call(timed.time, row) { return time }
    }
    return 0
  }

  private func windows(_ rows: [Value], by key: TypedLambda?) throws -> [(key: Value, window: Window)] {
    let groups = try key.map { try reference.grouped(rows, $0) } ?? [(key: .none, values: rows)]
    return try groups.flatMap { group in try windows(of: group.values).map { (group.key, $0) } }
  }

  private func windows(of rows: [Value]) throws -> [Window] {
    let rows = try rows.map { (time: try time(of: $0), row: $0) }.sorted { $0.time < $1.time }
    var windows: [Window] = []
    switch shape {
    case .session(let gap):
      for (time, row) in rows {
        if let last = windows.last, time < last.end {
          windows[windows.count - 1] = Window(start: last.start, end: time + gap, rows: last.rows + [row])
        } else {
          windows.append(Window(start: time, end: time + gap, rows: [row]))
        }
      }
    case .tumbling(let length): windows = Self.windows(rows, length, every: length)
    case .sliding(let length, let every): windows = Self.windows(rows, length, every: every)
    }
    return windows
  }

  private static func windows(
    _ rows: [(time: Int64, row: Value)], _ length: Int64, every: Int64
  ) -> [Window] {
    var byStart: [Int64: Window] = [:]
    for (time, row) in rows {
      // Multiples of `every` from well before the row's windows to the row.
      var start = (time / every - length / every - 3) * every
      while start <= time {
        if start + length > time {
          byStart[start, default: Window(start: start, end: start + length)].rows.append(row)
        }
        start += every
      }
    }
    return Array(byStart.values)
  }

  private func row(_ aggregate: AggregateOperation, _ key: Value, _ window: Window) throws -> Value {
    var scope: [Int: Value] = [:]
    if let local = aggregate.keyLocal { scope[local.id] = key }
    if let locals = aggregate.window {
      scope[locals.start.id] = .int(window.start)
      scope[locals.end.id] = .int(window.end)
    }
    for call in aggregate.calls {
      switch call.function {
      case .first: scope[call.local.id] = try inTime(call, window.rows).first
      case .last: scope[call.local.id] = try inTime(call, window.rows).last
      default: scope[call.local.id] = try reference.value(of: call, window.rows)
      }
    }
    return try reference.evaluate(aggregate.result, scope)
  }

  /// The values of a call, in (event time, canonical) order of their rows.
  private func inTime(_ call: AggregateCall, _ rows: [Value]) throws -> [Value] {
    guard let argument = call.argument else { return [] }
    let counted = try rows.filter { row in
      try call.filters.allSatisfy { try reference.call($0, row) == .bool(true) }
    }
    let ordered = try counted.map { (time: try time(of: $0), row: $0) }.sorted { a, b in
      a.time != b.time ? a.time < b.time : Value.order(a.row, b.row) < 0
    }
    return try ordered.map { try reference.call(argument, $0.row) }.filter { $0 != .none }
  }
}
