import Diagnosing
import Syntax

// Files, and standard input and output, which hold the same.

extension FlowChecker {
  /// `csv jsonl json parquet lines files`.
  func fileConnector(_ call: ConnectorCall) -> Connector? {
    let path = call.arguments.at(0).map { text($0, "the path", of: call.name.text) }
    if !call.isSource, let text = path?.textLiteral, text.utf8.contains(where: { "*?".utf8.contains($0) }),
      let span = path?.span
    {
      report(.patternAsTarget(of: call.name, at: span))
    }
    switch call.name.text {
    case "csv":
      let options = csvOptions(call.arguments, of: call.name.text)
      holdsColumns(call, nested: false)
      return path.map { .csv(path: $0, options) }
    case "jsonl":
      holdsColumns(call, nested: true)
      let options = jsonOptions(call.arguments, of: call.name.text)
      return path.map { .jsonLines(path: $0, options) }
    case "json":
      holdsColumns(call, nested: true)
      writesWhole(call)
      let options = jsonOptions(call.arguments, of: call.name.text)
      return path.map { .json(path: $0, options) }
    case "parquet":
      holdsColumns(call, nested: true)
      writesWhole(call)
      return path.map { .parquet(path: $0) }
    case "lines":
      holds(.string, call, help: "turn each row into a text: `.map(r -> \"{r.id}\")`")
      return path.map { .lines(path: $0) }
    default:
      holds(.record(.fileReference), call, help: "declare `Table<FileRef>`: it has the path, size and hash")
      return path.map { .files(glob: $0) }
    }
  }

  /// `stdin stdout`.
  func standardConnector(_ call: ConnectorCall) -> Connector? {
    let format = standardFormat(call, among: call.isSource ? ["csv", "jsonl"] : ["csv", "jsonl", "table"])
    return call.isSource ? .stdin(format) : .stdout(format)
  }

  private func standardFormat(_ call: ConnectorCall, among formats: [String]) -> StandardFormat {
    let name = call.name.text
    let arguments = call.arguments
    let format = arguments["format"].map { word($0, option: "format:", of: name, among: formats) } ?? "csv"
    if let format, format != "csv" {
      let csvOnly = ["separator", "header", "null", "quote"] + (format == "table" ? ["unknown"] : [])
      for (label, _) in arguments.labelled where csvOnly.contains(label.text) {
        report(.optionOfCSV(label, format: format))
      }
    }
    holdsColumns(call, nested: format != "csv")
    switch format {
    case "jsonl": return .jsonLines(jsonOptions(arguments, of: name))
    case "table": return .table
    default: return .csv(csvOptions(arguments, of: name))
    }
  }

  // MARK: Options

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

  /// One document is written when its last row is known.
  private func writesWhole(_ call: ConnectorCall) {
    guard !call.isSource, call.bound == .stream || call.bound == .request else { return }
    report(.documentOfStream(call.name, call.bound))
  }
}
