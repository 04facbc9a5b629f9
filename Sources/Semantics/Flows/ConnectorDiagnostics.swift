import Diagnosing
import Syntax

// The diagnostics of connectors and of `run`.

extension Diagnostic {
  static func notAConnector(at span: Span) -> Diagnostic {
    Diagnostic(
      .unknownConnector, "a connector is wanted here", at: span, label: "not a connector",
      help: "as in `csv(\"data/orders.csv\")`")
  }

  static func connectorNotCalled(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .missingInput, "the connector `\(name.text)` is not called", at: name.span, label: "needs `( )`")
  }

  static func noSource(_ connector: Identifier) -> Diagnostic {
    Diagnostic(
      .connectorDirection, "`\(connector.text)` can't be read from", at: connector.span, label: "only a sink",
      help: connector.text == "stdout" ? "standard input is `stdin(format: csv)`" : nil)
  }

  static func noSink(_ connector: Identifier) -> Diagnostic {
    Diagnostic(
      .connectorDirection, "`\(connector.text)` can't be written to", at: connector.span,
      label: "only a source",
      help: connector.text == "stdin" ? "standard output is `stdout(format: csv)`" : nil)
  }

  static func connectorKind(
    _ connector: Identifier, fits: [Boundedness], declared: Boundedness, at span: Span, help: String?
  ) -> Diagnostic {
    let kinds = fits.map { "`\($0.typeName)`" }.joined(separator: " or ")
    let word = Span(span.file, span.start, span.start + UInt32(declared.typeName.utf8.count))
    return Diagnostic(
      .wrongKind, "`\(connector.text)` gives a \(kinds), not a `\(declared.typeName)`", at: span,
      label: "declared as a `\(declared.typeName)`", labels: [Label(connector.span, "gives a \(kinds)")],
      help: help,
      fixes: declared == .table && fits == [.stream]
        ? [Fix("declare a `Stream`", edits: [Edit(word, "Stream")])] : [])
  }

  // MARK: Options

  static func keyWithoutColumn(of mode: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .keyWithoutColumn, "the key of `\(mode)` is no column of the table", at: span, label: "computed",
      help:
        "give a field, or several as `row { r.a, r.b }`; what is computed gets a field of its own by `map`")
  }

  static func optionOfOtherDirection(
    _ label: Identifier, of connector: Identifier, isSource: Bool, _ signature: CallSignature
  ) -> Diagnostic {
    Diagnostic(
      .optionOfOtherDirection,
      "`\(label.text):` is for a \(isSource ? "sink" : "source"), and this `\(connector.text)` is a \(isSource ? "source" : "sink")",
      at: label.span, label: "no option of a \(isSource ? "source" : "sink")",
      help: "here the whole is `\(signature.form ?? signature.example)`")
  }

  static func optionConflict(
    _ label: Identifier, with other: Identifier?, _ message: String, help: String
  ) -> Diagnostic {
    optionConflict(label, at: other?.span, message, help: help)
  }

  static func optionConflict(
    _ label: Identifier, at other: Span?, _ message: String, help: String
  ) -> Diagnostic {
    Diagnostic(
      .optionConflict, message, at: label.span, label: other == nil ? "without effect" : "does not go with",
      labels: other.map { [Label($0, "this")] } ?? [], help: help)
  }

  static func optionOfCSV(_ label: Identifier, format: String) -> Diagnostic {
    Diagnostic(
      .optionOfFormat, "`\(label.text):` has no meaning for the format `\(format)`", at: label.span,
      label: "not an option of `\(format)`")
  }

  static func nestedInCSV(_ connector: Identifier, field: String, type: Type) -> Diagnostic {
    Diagnostic(
      .nestedInCSV, "csv can't hold the field `\(field)`: its type `\(type)` is nested", at: connector.span,
      label: "`\(field)` has no column",
      help: "use `jsonl`, flatten the field, or encode it as text with `json.encode`")
  }

  static func elementOfConnector(
    _ connector: Identifier, wanted: String, found: Type, _ isSource: Bool, help: String
  ) -> Diagnostic {
    Diagnostic(
      .elementOfConnector,
      "`\(connector.text)` \(isSource ? "gives" : "takes") \(wanted), and this is a flow of `\(found)`",
      at: connector.span, label: "holds \(wanted)", help: help)
  }

  static func bytesAsJSON(_ label: Identifier) -> Diagnostic {
    Diagnostic(
      .elementOfConnector, "`Bytes` are not JSON: their messages have the format `bytes`", at: label.span,
      label: "not of `Bytes`",
      help: "leave out `format:`, and read what is inside with `.try_map(b -> json.parse<Record>(b))`")
  }

  static func fileInRows(_ connector: Identifier, field: String, _ type: Type) -> Diagnostic {
    let why =
      if case .secret = type { "a secret is never written or read as data" } else {
        "keep files with `artifact(\"name\")`, and write their paths or hashes"
      }
    return Diagnostic(
      .fileInRows, "`\(connector.text)` can't hold the field `\(field)`: a `\(type)` is no data",
      at: connector.span, label: "`\(field)` holds a `\(type)`", help: why)
  }

  static func elementWithoutColumns(_ connector: Identifier, _ type: Type) -> Diagnostic {
    Diagnostic(
      .elementWithoutColumns, "`\(connector.text)` holds records, and this is a flow of `\(type)`",
      at: connector.span, label: "`\(type)` has no columns",
      help: "give the value a name: `.map(x -> row { value: x })`")
  }

  static func stdinTwice(at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .samePlace, "standard input can be read once", at: span, label: "second reader",
      labels: [Label(first, "first reader")], help: "a flow may be used many times: use the first one again")
  }

  static func samePlace(_ path: String, at span: Span, first: Span, reads: Bool) -> Diagnostic {
    Diagnostic(
      .samePlace, reads ? "`\(path)` is both read and written" : "`\(path)` is written twice", at: span,
      label: reads ? "same file" : "second sink of this file",
      labels: [Label(first, "first used here")], help: "write to a path of its own")
  }

  static func parameterType(_ name: Identifier, _ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .parameterType, "the pipeline's parameter `\(name.text)` can't be a `\(type)`", at: span,
      label: "not a scalar", help: "parameters are given as text: scalars, enums, distinct types")
  }

  static func parameterIsFlow(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .parameterType, "the pipeline's parameter `\(name.text)` can't be a flow", at: span, label: "a flow",
      help: "a pipeline reads its flows itself: `from \(name.text): Table<...> = csv(\"...\")`")
  }
}

// What names and addresses can be.

extension Diagnostic {
  static func emptyName(_ what: String, of connector: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedName, "\(what) of `\(connector)` is empty", at: span, label: "names nothing")
  }

  static func malformedTopic(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedName, "no topic can have this name", at: span, label: "not a topic's name",
      help: "a topic has letters, digits, `.`, `_` and `-`, at most 249 of them")
  }

  static func malformedName(_ name: String, of connector: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedName, "no `\(connector)` can have this name", at: span, label: "not a name",
      help: "names are words joined by `/`, as in `finance/revenue`: letters, digits, `.`, `_`, `-`")
  }

  static func malformedAddress(
    of connector: String, schemes: [String], example: String, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      .malformedName,
      "the address of `\(connector)` begins with \(schemes.map { "`\($0)`" }.joined(separator: " or "))",
      at: span, label: "begins otherwise", help: "as in `\(example)`")
  }

  static func addressType(_ type: Type, of connector: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .optionValue, "the address of `\(connector)` must be a `String` or a secret, and this is `\(type)`",
      at: span, label: "of type `\(type)`", help: "as in `url: secret(\"name\")`")
  }

  static func patternAsTarget(of connector: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .malformedName, "`\(connector.text)` writes one file, and this is a pattern of many", at: span,
      label: "has `*` or `?`", help: "name the file: a pattern is for sources")
  }

  static func missingRelation(_ connector: Identifier) -> Diagnostic {
    Diagnostic(
      .missingInput, "the connector `postgres` needs a table or `query:`", at: connector.span,
      label: "says not what to read",
      help: "as in `postgres(\"orders\")` or `postgres(query: \"select id, total from orders\")`")
  }

  static func factsType(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .optionValue, "`facts:` of `artifact` must be a record or `row { }`, and this is `\(type)`", at: span,
      label: "of type `\(type)`", help: "as in `facts: row { epochs: 10 }`")
  }

  static func partitionType(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .optionValue, "a `\(type)` can't name a partition", at: span, label: "of type `\(type)`",
      help: "partitions are named by a `Date`, `Timestamp`, `Int`, `String`, `Bool`, `Uuid` or an enum")
  }

  static func partitionsRange(at span: Span) -> Diagnostic {
    Diagnostic(
      .optionValue, "`partitions:` of `dataset` must be a range", at: span, label: "not a range",
      help: "from the first to the last one: `partitions: day - 6d..day`")
  }

  static func partitionsType(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .optionValue, "`partitions:` of `dataset` runs over dates, times or whole numbers", at: span,
      label: "of type `\(type)`", help: "name one with `partition:`")
  }

  static func backwardPartitions(at span: Span) -> Diagnostic {
    Diagnostic(
      .optionValue, "this range of partitions ends before it begins", at: span, label: "holds none")
  }

  static func sharedGroup(_ group: String, topic: String, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .sharedGroup, "two sources share the messages of `\(topic)`: their group is `\(group)`", at: span,
      label: "gets what the other does not", labels: [Label(first, "the other one")],
      help: "a flow may be used many times: use the first one again, or name another `group:`")
  }
}

// What becomes of the rows that are there.

extension Diagnostic {
  static func writeModeOfOther(
    _ word: Identifier, _ mode: WriteWord, of connector: Identifier, takes words: [WriteWord]
  ) -> Diagnostic {
    Diagnostic(
      .writeModeOfOther, "`\(connector.text)` can't \(mode.verb)", at: word.span,
      label: "not a mode of `\(connector.text)`",
      help: "it takes \(words.map { "`\($0.rawValue)`" }.joined(separator: ", "))")
  }

  static func replaceOfUnbounded(at span: Span, _ connector: Identifier, _ bound: Boundedness) -> Diagnostic {
    Diagnostic(
      .replaceOfUnbounded,
      bound == .stream
        ? "an unbounded flow never has all the rows that `replace` would put in place"
        : "each call would replace what the call before it wrote", at: span,
      label: bound == .stream ? "never complete" : "keeps one call's rows",
      help: "write `append`, or name the rows that are replaced: `replace(by: f)`, `upsert(by: f)`")
  }

  static func documentOfStream(_ connector: Identifier, _ bound: Boundedness) -> Diagnostic {
    Diagnostic(
      .documentOfStream,
      "`\(connector.text)` writes one whole file, and \(bound == .stream ? "this flow has no end" : "calls never end")",
      at: connector.span, label: "never complete",
      help: "write to `jsonl`, `dataset` or `kafka`, to which rows are added")
  }
}

extension WriteWord {
  fileprivate var verb: String {
    switch self {
    case .append: "append rows"
    case .replace: "replace its rows"
    case .replaceBy: "replace rows by key"
    case .upsert: "replace rows one by one"
    case .delete: "delete rows"
    }
  }
}
