import Diagnosing
import Syntax

/// What a sink's options say besides where the rows go.
struct SinkOptions {
  var write = WriteMode.replace(by: nil)
  var publishesAlways = false
  var allow: [Identifier] = []
}

extension FlowChecker {
  /// `write:`, `publish:`, `allow:`.
  func sinkOptions(of call: ConnectorCall, taking input: FlowValue) -> SinkOptions {
    let name = call.name.text
    var options = SinkOptions()
    // A bounded flow is the whole of what its target holds; of another there is always more to come.
    let isWhole = input.bound != .stream && input.bound != .request
    if !isWhole || name == "kafka" { options.write = .append }
    if let value = call.arguments["write"] {
      options.write = writeMode(value, of: call, taking: input) ?? options.write
    }
    if let value = call.arguments["publish"] {
      options.publishesAlways = word(value, option: "publish:", of: name, among: ["always"]) != nil
    }
    if let value = call.arguments["allow"] { options.allow = labels(value, option: "allow:", of: name) }
    if case .upsert(let by, _) = options.write, let key = call.arguments.label("key") {
      report(
        .optionConflict(
          key, at: by.body.span, "an upserted message has its key from `upsert(by:)`",
          help: "leave out `key:`"))
    }
    return options
  }

  private func writeMode(
    _ expression: Expression, of call: ConnectorCall, taking input: FlowValue
  ) -> WriteMode? {
    let word: Identifier
    var written: [Argument] = []
    switch expression.kind {
    case .name(let name): word = name
    case .call(let callee, _, let arguments):
      guard case .name(let name) = callee.kind else {
        reportWriteMode(nil, expression, call)
        return nil
      }
      word = name
      written = arguments
    case .error: return nil
    default:
      reportWriteMode(nil, expression, call)
      return nil
    }
    switch word.text {
    case "append" where written.isEmpty, "replace" where written.isEmpty:
      let mode = word.text == "append" ? WriteWord.append : .replace
      guard allows(mode, word, call) else { return nil }
      if mode == .append { return .append }
      if input.bound == .stream || input.bound == .request {
        report(.replaceOfUnbounded(at: word.span, call.name, input.bound))
        return nil
      }
      return .replace(by: nil)
    case "replace": return keyed(.replaceBy, word, written, call, input) { by, _ in .replace(by: by) }
    case "delete": return keyed(.delete, word, written, call, input) { by, _ in .delete(by: by) }
    case "upsert":
      return keyed(.upsert, word, written, call, input) { by, delete in .upsert(by: by, delete: delete) }
    default:
      reportWriteMode(word, expression, call)
      return nil
    }
  }

  /// The forms that name a key.
  private func keyed(
    _ mode: WriteWord, _ word: Identifier, _ written: [Argument], _ call: ConnectorCall, _ input: FlowValue,
    _ make: (TypedLambda, TypedLambda?) -> WriteMode
  ) -> WriteMode? {
    guard allows(mode, word, call) else {
      for argument in written { markUses(in: argument.value) }
      return nil
    }
    let signature = CallSignature(
      kind: "write mode", required: ["by"], options: mode == .upsert ? ["delete"] : [],
      example: mode == .upsert
        ? "write: upsert(by: r -> r.id, delete: r -> r.is_gone)" : "write: \(word.text)(by: r -> r.id)")
    let arguments = match(written, of: word, with: signature)
    let delete = arguments["delete"].map { lambda($0, [input.element], expecting: .bool) }
    guard let by = arguments["by"] else { return nil }
    let key = keyLambda(by, input, of: word.text)
    if call.name.text == "postgres", key.body.type.isKey, key.keyFields == nil {
      report(.keyWithoutColumn(of: word.text, at: key.body.span))
    }
    return make(key, delete)
  }

  private func allows(_ mode: WriteWord, _ word: Identifier, _ call: ConnectorCall) -> Bool {
    if call.rule.writes.contains(mode) { return true }
    report(.writeModeOfOther(word, mode, of: call.name, takes: call.rule.writes))
    return false
  }

  private func reportWriteMode(_ word: Identifier?, _ expression: Expression, _ call: ConnectorCall) {
    markUses(in: expression)
    let words = call.rule.writes.map(\.rawValue)
    report(
      .optionValue(
        "write:", of: call.name.text, wanted: words.map { "`\($0)`" }.joined(separator: " or "),
        suggestion: word.flatMap { word in
          Suggestion.nearest(to: word.text, among: words.filter { !$0.contains("(") })
        }, at: word?.span ?? expression.span))
  }

  /// `[pii, health]`.
  func labels(_ expression: Expression, option: String, of name: String) -> [Identifier] {
    guard case .list(let elements) = expression.kind else {
      if case .error = expression.kind { return [] }
      markUses(in: expression)
      report(
        .optionValue(
          option, of: name, wanted: "a list of labels, as in `[pii]`", suggestion: nil,
          at: expression.span))
      return []
    }
    var labels: [Identifier] = []
    for element in elements {
      guard case .name(let label) = element.kind else {
        if case .error = element.kind { continue }
        markUses(in: element)
        report(
          .optionValue(
            option, of: name, wanted: "a list of labels, as in `[pii]`", suggestion: nil,
            at: element.span))
        continue
      }
      labels.append(label)
    }
    for problem in checker.module.problems(with: labels) { report(problem) }
    return labels
  }
}
