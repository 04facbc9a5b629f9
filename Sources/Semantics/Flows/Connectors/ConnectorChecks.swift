import Diagnosing
import Syntax

/// A connector's call while it is checked.
struct ConnectorCall {
  /// The connector's name.
  let name: Identifier
  /// What is known of it.
  let rule: ConnectorRule
  /// What stands in its parentheses, matched.
  let arguments: CallArguments
  /// Whether rows come from it.
  let isSource: Bool
  /// The type of one row.
  let element: Type
  /// Whether the rows end.
  let bound: Boundedness
  /// The whole call.
  let span: Span
}

extension FlowChecker {
  /// The source of a `from`; nil where something was reported. `type` is the place of the declared type.
  func source(
    _ expression: Expression, of name: Identifier, holding flow: FlowSignature, type: Span
  ) -> SourceOperation? {
    let before = checker.diagnostics.count
    guard let call = connectorCall(expression, isSource: true, holding: flow.element, flow.bound) else {
      return nil
    }
    if flow.bound != .any, !call.rule.gives.contains(flow.bound) {
      report(
        .connectorKind(
          call.name, fits: call.rule.gives, declared: flow.bound, at: type,
          help: kindHelp(call, declared: flow.bound)))
    }
    let connector = connector(of: call)
    let refresh = call.arguments["refresh"].map { duration($0, option: "refresh:", of: call.name.text) }
    let growth = growth(call)
    if let connector {
      refreshes(call, connector)
      settle(connector, of: call)
    }
    guard !checker.diagnostics[before...].hasErrors, let connector else { return nil }
    return SourceOperation(name: name.text, connector: connector, refresh: refresh, growth: growth)
  }

  /// The sink of an `into`; nil where something was reported.
  func sink(_ expression: Expression, of name: Identifier, taking input: FlowValue) -> SinkOperation? {
    let before = checker.diagnostics.count
    guard let call = connectorCall(expression, isSource: false, holding: input.element, input.bound) else {
      return nil
    }
    let connector = connector(of: call)
    let options = sinkOptions(of: call, taking: input)
    if let connector { settle(connector, of: call, write: options.write) }
    guard !checker.diagnostics[before...].hasErrors, let connector else { return nil }
    return SinkOperation(
      name: name.text, connector: connector, isOrdered: input.isSorted, write: options.write,
      publishesAlways: options.publishesAlways, allow: options.allow)
  }

  // MARK: The call

  private func connectorCall(
    _ expression: Expression, isSource: Bool, holding element: Type, _ bound: Boundedness
  ) -> ConnectorCall? {
    guard let (name, rule, written) = connectorName(expression) else { return nil }
    guard let signature = rule.signature(isSource: isSource) else {
      report(isSource ? .noSource(name) : .noSink(name))
      for argument in written { markUses(in: argument.value) }
      return nil
    }
    let other = rule.signature(isSource: !isSource)?.labels ?? []
    var kept: [Argument] = []
    for argument in written {
      if let label = argument.label, !signature.labels.contains(label.text), other.contains(label.text) {
        report(.optionOfOtherDirection(label, of: name, isSource: isSource, signature))
        markUses(in: argument.value)
      } else {
        kept.append(argument)
      }
    }
    let arguments = match(kept, of: name, with: signature)
    return ConnectorCall(
      name: name, rule: rule, arguments: arguments, isSource: isSource, element: element, bound: bound,
      span: expression.span)
  }

  private func connectorName(_ expression: Expression) -> (Identifier, ConnectorRule, [Argument])? {
    switch expression.kind {
    case .error: return nil
    case .call(let callee, _, let arguments):
      guard case .name(let name) = callee.kind else { break }
      if let rule = ConnectorRule.named[name.text] {
        return (name, rule.form(of: name.text, for: arguments), arguments)
      }
      report(.unknownConnector(name, candidates: ConnectorRule.names))
      for argument in arguments { markUses(in: argument.value) }
      return nil
    case .name(let name):
      report(
        ConnectorRule.named[name.text] == nil
          ? .unknownConnector(name, candidates: ConnectorRule.names) : .connectorNotCalled(name))
      return nil
    default: break
    }
    markUses(in: expression)
    report(.notAConnector(at: expression.span))
    return nil
  }

  private func connector(of call: ConnectorCall) -> Connector? {
    switch call.name.text {
    case "csv", "jsonl", "json", "parquet", "lines", "files": fileConnector(call)
    case "stdin", "stdout": standardConnector(call)
    case "postgres": postgres(call)
    case "kafka": kafka(call)
    case "http": http(call)
    case "dataset": dataset(call)
    case "artifact": artifact(call)
    default: synthetic(call)
    }
  }

  private func kindHelp(_ call: ConnectorCall, declared: Boundedness) -> String? {
    switch (call.name.text, declared) {
    case ("synthetic", .stream): "with `rate:` its rows come one after the other, as a `Stream`"
    case ("synthetic", .table): "without `rate:` its rows are a `Table`"
    case ("http", .stream): "to ask an address again and again write `http(\"https://...\", every: 1m)`"
    case ("http", .request): "the records of a call come from `http(post, \"/path\")`"
    case ("kafka", .table): "a topic has no end: declare a `Stream`, or bind a file to the name in a profile"
    case (_, .table) where call.rule.streamOption == "every":
      "`every:` reads what is added, again and again: declare a `Stream`, or leave it out to read once"
    case (_, .stream) where call.rule.streamOption == "every":
      "it ends: declare a `Table`, or give `every: 1s` to read what is added, again and again; a profile may bind it "
        + "to a `Stream` of another connector"
    case (_, .stream) where call.rule.gives == [.table]:
      "it ends: declare a `Table`; a profile may bind it to a `Stream` of another connector"
    default: nil
    }
  }

  /// `every:` and `until:` of files that grow.
  private func growth(_ call: ConnectorCall) -> FileGrowth? {
    let until = call.arguments["until"].map { text($0, "`until:`", of: call.name.text) }
    guard call.rule.streamOption == "every", let label = call.arguments.label("every") else {
      if let label = call.arguments.label("until") {
        report(
          .optionConflict(
            label, with: nil, "`until:` is where a stream of files ends, and these are read once",
            help: "leave it out, or say with `every:` how often to look for what has been added"))
      }
      return nil
    }
    if let refresh = call.arguments.label("refresh") {
      report(
        .optionConflict(
          refresh, with: label, "`refresh:` reads a table again, and `every:` reads only what has been added",
          help: "leave out one of them"))
    }
    return call.arguments["every"].map {
      FileGrowth(every: duration($0, option: "every:", of: call.name.text), until: until)
    }
  }

  /// `refresh:` is for what is read as a whole, again and again.
  private func refreshes(_ call: ConnectorCall, _ connector: Connector) {
    guard let label = call.arguments.label("refresh") else { return }
    if case .postgres(let options) = connector, options.load == .lookup {
      report(
        .optionConflict(
          label, with: call.arguments.label("load"),
          "`refresh:` reads a table again, and `load: lookup` never reads all of it",
          help: "say with `cache:` how long a looked-up row is kept"))
    }
  }
}
