import Diagnosing
import Syntax

extension FlowChecker {
  /// The connector of a `from`; nil where something was reported.
  func source(
    _ expression: Expression, of name: Identifier, holding flow: FlowSignature, type: Span
  ) -> Connector? {
    sourceKinds.append((name: name.text, bound: flow.bound, span: type))
    guard let (connector, rule, arguments) = connectorCall(expression) else { return nil }
    if rule.gives.isEmpty {
      report(.noSource(connector))
      for argument in arguments { markUses(in: argument.value) }
      return nil
    }
    let isBuilt = rule.signature != nil
    if !isBuilt { report(.notBuilt("the connector `\(connector.text)` is", at: connector.span)) }
    if flow.bound != .any, !rule.gives.contains(flow.bound) {
      report(.connectorKind(connector, fits: rule.gives, declared: flow.bound, at: type))
    } else if isBuilt, flow.bound == .stream || flow.bound == .request {
      report(.notBuilt("`\(flow.bound.typeName)` is", at: kindSpan(type, flow.bound)))
    }
    guard var signature = rule.signature else {
      for argument in arguments { markUses(in: argument.value) }
      return nil
    }
    signature.options += rule.sourceOptions
    signature.unbuilt = ["refresh"]
    let matched = match(arguments, of: connector, with: signature)
    return built(connector, matched, holding: flow.element, isSource: true, at: expression.span)
  }

  /// The connector of an `into`; nil where something was reported.
  func sink(_ expression: Expression, of name: Identifier, holding element: Type) -> Connector? {
    guard let (connector, rule, arguments) = connectorCall(expression) else { return nil }
    guard rule.isSink else {
      report(.noSink(connector))
      for argument in arguments { markUses(in: argument.value) }
      return nil
    }
    guard var signature = rule.signature else {
      report(.notBuilt("the connector `\(connector.text)` is", at: connector.span))
      for argument in arguments { markUses(in: argument.value) }
      return nil
    }
    signature.unbuilt = ConnectorRule.sinkOptions
    let matched = match(arguments, of: connector, with: signature)
    return built(connector, matched, holding: element, isSource: false, at: expression.span)
  }

  private func kindSpan(_ type: Span, _ bound: Boundedness) -> Span {
    Span(type.file, type.start, type.start + UInt32(bound.typeName.utf8.count))
  }

  private func connectorCall(_ expression: Expression) -> (Identifier, ConnectorRule, [Argument])? {
    switch expression.kind {
    case .error: return nil
    case .call(let callee, _, let arguments):
      guard case .name(let name) = callee.kind else { break }
      if let rule = ConnectorRule.named[name.text] { return (name, rule, arguments) }
      report(.unknownConnector(name, candidates: ConnectorRule.named.keys.sorted()))
      for argument in arguments { markUses(in: argument.value) }
      return nil
    case .name(let name):
      report(
        ConnectorRule.named[name.text] == nil
          ? .unknownConnector(name, candidates: ConnectorRule.named.keys.sorted())
          : .connectorNotCalled(name))
      return nil
    default: break
    }
    markUses(in: expression)
    report(.notAConnector(at: expression.span))
    return nil
  }

  // MARK: The connectors that are built

  private func built(
    _ name: Identifier, _ arguments: CallArguments, holding element: Type, isSource: Bool, at span: Span
  ) -> Connector? {
    let before = checker.diagnostics.count
    var path: TypedExpression?
    if let expression = arguments.at(0) {
      path = constant(expression, expecting: .string)
      if let path { place(path, isSource: isSource, at: span) }
    }
    let connector: Connector?
    switch name.text {
    case "csv":
      let options = csvOptions(arguments, of: name.text)
      holdsColumns(element, in: name, nested: false)
      connector = path.map { .csv(path: $0, options) }
    case "jsonl":
      holdsColumns(element, in: name, nested: true)
      connector = path.map { .jsonLines(path: $0, jsonOptions(arguments, of: name.text)) }
    case "stdin":
      standardInput(at: name.span)
      connector = .stdin(standardFormat(name, arguments, holding: element, among: ["csv", "jsonl"]))
    default:
      connector = .stdout(
        standardFormat(name, arguments, holding: element, among: ["csv", "jsonl", "table"]))
    }
    return checker.diagnostics[before...].hasErrors ? nil : connector
  }

  private func standardFormat(
    _ name: Identifier, _ arguments: CallArguments, holding element: Type, among formats: [String]
  ) -> StandardFormat {
    let format =
      arguments["format"].map { word($0, option: "format:", of: name.text, among: formats) } ?? "csv"
    if let format, format != "csv" {
      for (label, _) in arguments.labelled where !["format", "unknown"].contains(label.text) {
        report(.optionOfCSV(label, format: format))
      }
      if format == "table", let unknown = arguments.labelled.first(where: { $0.label.text == "unknown" }) {
        report(.optionOfCSV(unknown.label, format: format))
      }
    }
    holdsColumns(element, in: name, nested: format != "csv")
    switch format {
    case "jsonl": return .jsonLines(jsonOptions(arguments, of: name.text))
    case "table": return .table
    default: return .csv(csvOptions(arguments, of: name.text))
    }
  }

  private func csvOptions(_ arguments: CallArguments, of name: String) -> CSVOptions {
    var options = CSVOptions()
    if let value = arguments["separator"] {
      options.separator = byte(value, option: "separator:", of: name) ?? options.separator
    }
    if let value = arguments["quote"] {
      options.quote = byte(value, option: "quote:", of: name) ?? options.quote
      if options.quote == options.separator {
        report(.optionRange("`quote:` of `\(name)`", "another byte than `separator:`", at: value.span))
      }
    }
    if let value = arguments["header"] {
      options.header = literalBool(value, option: "header:", of: name) ?? options.header
    }
    if let value = arguments["null"] {
      options.null = literalText(value, option: "null:", of: name) ?? options.null
    }
    options.refusesUnknown = refusesUnknown(arguments, of: name)
    return options
  }

  private func jsonOptions(_ arguments: CallArguments, of name: String) -> JSONLinesOptions {
    var options = JSONLinesOptions()
    options.refusesUnknown = refusesUnknown(arguments, of: name)
    return options
  }

  private func refusesUnknown(_ arguments: CallArguments, of name: String) -> Bool {
    guard let value = arguments["unknown"] else { return false }
    return word(value, option: "unknown:", of: name, among: ["fail"]) != nil
  }

  private func byte(_ expression: Expression, option: String, of name: String) -> UInt8? {
    guard let text = literalText(expression, option: option, of: name) else { return nil }
    if text.utf8.count == 1, let byte = text.utf8.first, byte < 0x80, byte != 10, byte != 13 { return byte }
    report(.optionRange("`\(option)` of `\(name)`", "one ASCII character", at: expression.span))
    return nil
  }

  /// Rows of files have named columns, and those of csv hold no nested values.
  private func holdsColumns(_ element: Type, in connector: Identifier, nested: Bool) {
    if element == .error { return }
    guard let columns = element.columns else {
      report(.elementWithoutColumns(connector, element))
      return
    }
    if nested { return }
    for column in columns {
      switch column.type.unwrapped {
      case .list, .map, .vector, .record, .row:
        report(.nestedInCSV(connector, field: column.name, type: column.type))
        return
      default: break
      }
    }
  }

  // MARK: Conflicts

  private func standardInput(at span: Span) {
    if let first = places.first(where: { $0.path == "<stdin>" }) {
      report(.stdinTwice(at: span, first: first.span))
    } else {
      places.append(ConnectorPlace(path: "<stdin>", isSource: true, span: span))
    }
  }

  /// Paths are compared where both are literal.
  private func place(_ path: TypedExpression, isSource: Bool, at span: Span) {
    guard case .literal(.string(var text)) = path.kind else { return }
    while text.hasPrefix("./") { text.removeFirst(2) }
    if let other = places.first(where: { $0.path == text && (!$0.isSource || !isSource) }) {
      report(.samePlace(text, at: path.span, first: other.span, reads: isSource || other.isSource))
    } else {
      places.append(ConnectorPlace(path: text, isSource: isSource, span: path.span))
    }
  }
}
