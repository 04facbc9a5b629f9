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
      canonical.add("\(flow.time)")
    }
    add(node.value) { $0.add($1) }
    add(node.region) { $0.add($1) }
    add(node.operation)
  }

  private mutating func add(_ operation: Operation) {
    switch operation {
    case .source(let source):
      add(source.growth == nil ? "source" : "growing source")
      add(source.name)
      add(source.connector)
      add(source.refresh)
      if let growth = source.growth {
        add(growth.every)
        if let until = growth.until { add(until) }
      }
    case .sink(let sink):
      add("sink")
      add(sink.name)
      add(sink.connector)
      add(sink.isOrdered)
      add(sink.write)
      add(sink.publishesAlways)
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
      add(failed.rawValue)
    case .union: add("union")
    case .distinct(let distinct):
      add("distinct")
      add(distinct.by) { $0.add($1) }
      add(distinct.within)
      add(distinct.late.rawValue)
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
      add(top.isWindowed)
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
    case .timed(let timed):
      add("timed")
      add(timed.time)
      add(timed.delay)
      add(timed.idle)
    case .window(let window):
      add("window")
      add(window.shape)
      add(window.lateness)
      add(window.late.rawValue)
    case .scan(let scan):
      add("scan")
      add(scan.key)
      add(scan.initial)
      add(scan.step)
      add(scan.emit)
      add(scan.ttl)
      add(scan.late.rawValue)
    case .latest(let latest):
      add("latest")
      add(latest.key)
      add(latest.ttl)
      add(latest.late.rawValue)
    case .rolling(let rolling):
      add("rolling")
      add(rolling.key)
      add(rolling.span)
      add(rolling.row)
      add(rolling.aggregate)
      add(rolling.late.rawValue)
    case .faults: add("faults")
    case .reply(let reply):
      add("reply")
      add(reply.status)
      add(reply.isOrdered)
    case .single: add("single")
    case .toList(let most):
      add("to_list")
      add(most)
    case .task(let call): add(call)
    case .collect(let collect):
      add("collect")
      add(collect.region)
      add(collect.element)
      add(collect.failures) { $0.add($1) }
    case .rows(let value):
      add("rows")
      add(value)
    case .choose(let condition):
      add("choose")
      add(condition)
    case .fail(let message):
      add("fail")
      add(message)
    }
  }

  mutating func add(_ region: FlowRegion) {
    add(region.parent) { $0.add($1) }
    switch region.kind {
    case .when(let condition, let holds):
      add("when")
      add(condition)
      add(holds)
    case .present(let local, let value, let holds):
      add("present")
      add(local)
      add(value)
      add(holds)
    case .each(let variables, let collectsFailures):
      add("each")
      add(variables) { canonical, loop in
        canonical.add(loop.variable)
        canonical.add(loop.elements)
      }
      add(collectsFailures)
    }
  }

  private mutating func add(_ call: TaskOperation) {
    add("task")
    add(call.task)
    add(call.isCovered)
    add(call.arguments) { canonical, argument in
      switch argument {
      case .flow(let index): canonical.add(index)
      case .value(let value): canonical.add(value)
      }
    }
  }

  mutating func add(_ shape: WindowShape) {
    add(shape.name)
    switch shape {
    case .tumbling(let length, let zone):
      add(length)
      add(zone)
    case .sliding(let length, let every):
      add(length)
      add(every)
    case .session(let gap): add(gap)
    }
  }

  private mutating func add(_ write: WriteMode) {
    switch write {
    case .append: add("append")
    case .replace(let key):
      add("replace")
      add(key) { $0.add($1) }
    case .upsert(let key, let delete):
      add("upsert")
      add(key)
      add(delete) { $0.add($1) }
    case .delete(let key):
      add("delete")
      add(key)
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
    case .json(let path, let options):
      add(path)
      add(options.refusesUnknown)
    case .postgres(let options):
      add(connector.constants) { $0.add($1) }
      if case .query = options.relation { add("query") }
      add(options.load.rawValue)
    case .kafka(let options):
      add(connector.constants) { $0.add($1) }
      add(options.key) { $0.add($1) }
      add(options.format.rawValue)
    case .request(let method, let path):
      add(method.rawValue)
      add(path)
    case .dataset(let options):
      add(connector.constants) { $0.add($1) }
      add(options.missing.rawValue)
      add(options.partitions?.isInclusive ?? false)
    case .parquet, .lines, .files, .poll, .artifact, .synthetic:
      add(connector.constants) { $0.add($1) }
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
    switch join.time {
    case .within(let distance):
      add("within")
      add(distance)
    case .asOf(let age):
      add("as_of")
      add(age)
    case nil: add("any time")
    }
    add(join.late.rawValue)
  }

  private mutating func add(_ aggregate: AggregateOperation) {
    add(aggregate.key) { $0.add($1) }
    add(aggregate.keyLocal) { $0.add($1) }
    add(aggregate.window?.start) { $0.add($1) }
    add(aggregate.window?.end) { $0.add($1) }
    add(aggregate.calls) { $0.add($1) }
    add(aggregate.result)
  }

  mutating func add(_ call: AggregateCall) {
    add(call.function.rawValue)
    add(call.argument) { $0.add($1) }
    add(call.constant)
    add(call.filters) { $0.add($1) }
    add(call.local)
  }

  mutating func add(_ key: SortKey) {
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
