import Dataflow
import Semantics

extension CanonicalBytes {
  mutating func add(_ node: Node) {
    add(node.name)
    add(node.inputs) { canonical, edge in
      canonical.add(edge.node)
      canonical.add(edge.port)
    }
    add(node.outputs) { canonical, flow in
      switch flow.bound {
      case .table: canonical.add("table")
      case .stream: canonical.add("stream")
      case .request: canonical.add("request")
      }
      canonical.add(flow.element)
    }
    add(node.operation)
  }

  private mutating func add(_ operation: Operation) {
    switch operation {
    case .source(let source):
      add("source")
      add(source.name)
      add(source.connector)
    case .sink(let sink):
      add("sink")
      add(sink.name)
      add(sink.connector)
      add(sink.isOrdered)
    case .map(let lambda):
      add("map")
      add(lambda)
    case .filter(let lambda):
      add("filter")
      add(lambda)
    case .flatMap(let lambda):
      add("flat_map")
      add(lambda)
    case .tryMap(let lambda, let failed):
      add("try_map")
      add(lambda)
      switch failed {
      case .bound: add("bound")
      case .discard: add("discard")
      case .fail: add("fail")
      }
    case .union: add("union")
    case .distinct(let by):
      add("distinct")
      add(by) { $0.add($1) }
    case .join(let join): add(join)
    case .aggregate(let aggregate):
      add("aggregate")
      add(aggregate)
    case .top(let top):
      add("top")
      add(top.group) { $0.add($1) }
      add(top.count)
      add(top.keys) { $0.add($1) }
      add(top.keepsTies)
    case .sort(let keys):
      add("sort")
      add(keys) { $0.add($1) }
    case .limit(let count):
      add("limit")
      add(count)
    case .sample(let fraction, let by, let salt):
      add("sample")
      add(fraction)
      add(by) { $0.add($1) }
      add(salt)
    case .split(let fraction, let by, let salt):
      add("split")
      add(fraction)
      add(by) { $0.add($1) }
      add(salt)
    case .check(let clauses):
      add("check")
      add(clauses) { $0.add($1) }
    case .discard: add("discard")
    }
  }

  private mutating func add(_ connector: Connector) {
    add(connector.name)
    switch connector {
    case .csv(let path, let options):
      add(path)
      add(options)
    case .jsonLines(let path, let options):
      add(path)
      add(options.refusesUnknown)
    case .stdin(let format), .stdout(let format):
      switch format {
      case .csv(let options):
        add("csv")
        add(options)
      case .jsonLines(let options):
        add("jsonl")
        add(options.refusesUnknown)
      case .table: add("table")
      }
    }
  }

  private mutating func add(_ options: CSVOptions) {
    add(options.separator)
    add(options.header)
    add(options.null)
    add(options.quote)
    add(options.refusesUnknown)
  }

  private mutating func add(_ join: JoinOperation) {
    add(join.kind.rawValue)
    add(join.left)
    add(join.right)
    add(join.equalities) { canonical, equality in
      canonical.add(equality.left)
      canonical.add(equality.right)
    }
    add(join.residual)
    add(join.select) { $0.add($1) }
  }

  private mutating func add(_ aggregate: AggregateOperation) {
    add(aggregate.key) { $0.add($1) }
    add(aggregate.keyLocal) { $0.add($1) }
    add(aggregate.calls) { canonical, call in
      canonical.add(call.function.rawValue)
      canonical.add(call.argument) { $0.add($1) }
      canonical.add(call.constant)
      canonical.add(call.filters) { $0.add($1) }
      canonical.add(call.local)
    }
    add(aggregate.result)
  }

  private mutating func add(_ key: SortKey) {
    add(key.key)
    add(key.isDescending)
  }

  private mutating func add(_ clause: CheckOperation) {
    add(clause.warns)
    switch clause.condition {
    case .rows(let min, let max):
      add("rows")
      add(min)
      add(max)
    case .unique(let key):
      add("unique")
      add(key)
    case .every(let condition, let atLeast):
      add("every")
      add(condition)
      add(atLeast)
    case .that(let aggregate):
      add("that")
      add(aggregate)
    }
  }
}
