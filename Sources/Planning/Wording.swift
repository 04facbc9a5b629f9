import Dataflow
import Semantics

/// Says in a few words what operators, types and expressions are, as the language would write them.
struct Wording {
  private let graph: Graph

  init(_ graph: Graph) { self.graph = graph }

  /// Longer expressions are cut here: a plan is read at a glance.
  private static let limit = 60

  /// What node `index` does.
  func step(_ index: Int) -> Step {
    let node = graph.nodes[index]
    return Step(
      name: node.name, operation: Self.word(node.operation), detail: detail(node), holds: holds(node))
  }

  private static func word(_ operation: Operation) -> String {
    switch operation {
    case .source: "from"
    case .sink: "into"
    case .map: "map"
    case .filter: "filter"
    case .flatMap: "flat_map"
    case .tryMap: "try_map"
    case .union: "union"
    case .distinct: "distinct"
    case .join(let join): join.kind.rawValue
    case .aggregate: "aggregate"
    case .top: "top"
    case .sort: "sort"
    case .limit: "limit"
    case .sample: "sample"
    case .split: "split"
    case .check: "check"
    case .discard: "discard"
    }
  }

  private func detail(_ node: Node) -> String {
    switch node.operation {
    case .source(let source):
      return "\(Self.connector(source.connector)) as \(Self.type(node.outputs[0].element))"
    case .sink(let sink): return Self.connector(sink.connector)
    case .map(let lambda):
      return node.outputs.isEmpty ? "" : "to \(Self.cut(Self.type(node.outputs[0].element, of: lambda)))"
    case .flatMap: return "to \(Self.cut(Self.type(node.outputs[0].element)))"
    case .tryMap(_, let failed):
      let policy =
        switch failed {
        case .bound: ""
        case .discard: ", failed rows are dropped"
        case .fail: ", a failed row fails the run"
        }
      return "to \(Self.cut(Self.type(node.outputs[0].element)))\(policy)"
    case .filter(let lambda): return Self.cut(Self.expression(lambda.body))
    case .union: return node.inputs.map { "`\(graph.nodes[$0.node].name)`" }.joined(separator: " and ")
    case .distinct(let by): return by.map { "by \(Self.key($0))" } ?? "whole rows"
    case .join(let join):
      let on = join.equalities.map { "\(Self.expression($0.left)) == \(Self.expression($0.right))" }
      let rest = join.residual.map { [Self.expression($0)] } ?? []
      return Self.cut("on \((on + rest).joined(separator: " && "))")
    case .aggregate(let aggregate):
      let calls = aggregate.calls.map(\.function.rawValue)
      var distinct: [String] = []
      for call in calls where !distinct.contains(call) { distinct.append(call) }
      let what = distinct.isEmpty ? "keys" : distinct.joined(separator: ", ")
      return aggregate.key.map { "\(what) by \(Self.key($0))" } ?? what
    case .top(let top):
      let group = top.group.map { " a \(Self.key($0))" } ?? ""
      let ties = top.keepsTies ? ", ties kept" : ""
      return "\(Self.expression(top.count))\(group) by \(Self.keys(top.keys))\(ties)"
    case .sort(let keys): return "by \(Self.keys(keys))"
    case .limit(let count): return "to \(Self.expression(count)) rows"
    case .sample(let fraction, let by, _), .split(let fraction, let by, _):
      return "\(Self.expression(fraction)) by \(by.map { Self.key($0) } ?? "the whole row")"
    case .check(let clauses):
      return Self.cut(clauses.map { ($0.warns ? "warn " : "") + $0.description }.joined(separator: ", "))
    case .discard: return "`\(node.inputs.first.map { graph.nodes[$0.node].name } ?? "")`"
    }
  }

  private func holds(_ node: Node) -> HeldState? {
    switch node.operation {
    case .join: return node.inputs.count == 2 ? .rightSide(of: graph.nodes[node.inputs[1].node].name) : nil
    case .aggregate(let aggregate): return Self.holds(aggregate)
    case .sort: return .rows
    case .distinct(let by): return by == nil ? .keys : .groups(keepingValuesOf: [])
    case .top(let top):
      let count = Self.expression(top.count)
      return .greatest(count: top.keepsTies ? "\(count) (and tied)" : count, isGrouped: top.group != nil)
    case .check(let clauses):
      let isKeyed = clauses.contains { clause in
        if case .unique = clause.condition { true } else { false }
      }
      return isKeyed ? .keys : nil
    default: return nil
    }
  }

  private static func holds(_ aggregate: AggregateOperation) -> HeldState {
    var keeping: [String] = []
    for call in aggregate.calls where !keeping.contains(call.function.rawValue) {
      switch call.function {
      case .collect, .countDistinct, .quantile: keeping.append(call.function.rawValue)
      case .count, .sum, .mean, .min, .max, .minBy, .maxBy, .stddev, .top, .any, .all: break
      }
    }
    if aggregate.key == nil, keeping.isEmpty { return .greatest(count: "1", isGrouped: false) }
    return .groups(keepingValuesOf: keeping)
  }

  private static func connector(_ connector: Connector) -> String {
    switch connector {
    case .csv(let path, let options):
      var named: [String] = []
      let usual = CSVOptions()
      if options.separator != usual.separator { named.append("separator: \(quoted(options.separator))") }
      if !options.header { named.append("header: false") }
      if options.null != usual.null { named.append("null: \"\(options.null)\"") }
      if options.quote != usual.quote { named.append("quote: \(quoted(options.quote))") }
      if options.refusesUnknown { named.append("unknown: fail") }
      return "csv(\(([expression(path)] + named).joined(separator: ", ")))"
    case .jsonLines(let path, let options):
      return "jsonl(\(expression(path))\(options.refusesUnknown ? ", unknown: fail" : ""))"
    case .stdin(let format): return "stdin(\(word(format)))"
    case .stdout(let format): return "stdout(\(word(format)))"
    }
  }

  private static func quoted(_ byte: UInt8) -> String {
    byte == UInt8(ascii: "\t") ? "\"\\t\"" : "\"\(Unicode.Scalar(byte))\""
  }

  private static func word(_ format: StandardFormat) -> String {
    switch format {
    case .csv: "csv"
    case .jsonLines: "jsonl"
    case .table: "table"
    }
  }

  private static func keys(_ keys: [SortKey]) -> String {
    keys.map { $0.isDescending ? "desc(\(key($0.key)))" : key($0.key) }.joined(separator: ", ")
  }

  /// The body of a key's lambda.
  static func key(_ lambda: TypedLambda) -> String { cut(expression(lambda.body)) }

  private static func type(_ type: Type, of lambda: TypedLambda) -> String {
    if case .row(let row) = type, row.names.count > 4 {
      return "row { \(row.names.prefix(3).joined(separator: ", ")), and \(row.names.count - 3) more }"
    }
    return self.type(type)
  }

  static func cut(_ text: String) -> String {
    text.count <= limit ? text : "\(text.prefix(limit - 3))..."
  }

  /// A type as the language writes it.
  static func type(_ type: Type) -> String {
    switch type {
    case .bool: "Bool"
    case .int: "Int"
    case .float: "Float"
    case .decimal: "Decimal"
    case .string: "String"
    case .bytes: "Bytes"
    case .date: "Date"
    case .timestamp: "Timestamp"
    case .duration: "Duration"
    case .uuid: "Uuid"
    case .json: "Json"
    case .list(let element): "List<\(self.type(element))>"
    case .map(let value): "Map<String, \(self.type(value))>"
    case .vector(let count): "Vector<\(count)>"
    case .optional(let wrapped): "\(self.type(wrapped))?"
    case .record(let record): record.name
    case .enumeration(let enumeration): enumeration.name
    case .distinct(let distinct): distinct.name
    case .row(let row):
      "row { \(zip(row.names, row.types).map { "\($0): \(self.type($1))" }.joined(separator: ", ")) }"
    case .regex: "Regex"
    case .file: "File"
    case .directory: "Directory"
    case .secret(let inner): "Secret<\(self.type(inner))>"
    case .nothing: "nothing"
    case .error: "?"
    }
  }
}
