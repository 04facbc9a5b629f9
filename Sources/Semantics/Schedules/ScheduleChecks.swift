import Diagnosing
import Syntax

// `schedule: cron("0 3 * * *", zone: "UTC", args: t -> row { ... })`, `schedule: on(dataset("a"), args: ...)`.

extension FlowChecker {
  /// The value of `schedule:`.
  func schedule(_ expression: Expression) {
    guard case .call(let callee, _, let written) = expression.kind, case .name(let word) = callee.kind,
      word.text == "cron" || word.text == "on"
    else {
      if case .error = expression.kind { return }
      markUses(in: expression)
      report(.scheduleWanted(expression))
      return
    }
    let isCron = word.text == "cron"
    let signature = CallSignature(
      kind: "schedule", positional: [isCron ? "five fields" : "a dataset"],
      options: isCron ? ["zone", "missed", "args"] : ["args"],
      example: isCron
        ? "cron(\"0 3 * * *\", zone: \"UTC\")" : "on(dataset(\"finance/orders\"))",
      form: isCron
        ? "cron(\"minute hour day month weekday\", zone:, missed:, args: t -> row { ... })"
        : "on(dataset(name), args: p -> row { ... })")
    let arguments = match(written, of: word, with: signature)
    let trigger = arguments.at(0).flatMap { isCron ? cron($0, zone: arguments["zone"]) : publication($0) }
    if arguments.at(0) == nil, let zone = arguments["zone"] { _ = self.zone(zone) }
    let missed = arguments["missed"].flatMap { policy($0) }
    let values = arguments["args"]
    let lambda = values.flatMap { scheduleArguments($0, isCron: isCron) }
    if values == nil { missingArguments(at: word.span, given: []) }
    if let trigger {
      pipeline?.run.schedule = RunOptions.Schedule(
        trigger: trigger, missed: missed ?? .latest, arguments: lambda, span: word.span)
    }
  }

  private func cron(_ expression: Expression, zone: Expression?) -> RunOptions.Schedule.Trigger? {
    let name = zone.map { self.zone($0) } ?? "UTC"
    guard let text = literalText(expression, option: "the schedule", of: "cron") else { return nil }
    do throws(CronExpression.Problem) {
      _ = try CronExpression(text)
    } catch {
      report(.cronProblem(error, in: text, at: expression.span))
      return nil
    }
    return name.map { .cron(text, zone: $0) }
  }

  private func policy(_ expression: Expression) -> RunOptions.Schedule.Missed? {
    let words = RunOptions.Schedule.Missed.allCases.map(\.rawValue)
    return word(expression, option: "missed:", of: "cron", among: words).flatMap { .init(rawValue: $0) }
  }

  private func zone(_ expression: Expression) -> String? {
    guard let name = literalText(expression, option: "zone:", of: "cron") else { return nil }
    guard TimeZoneNames.all.contains(name) else {
      report(.unknownZone(name, at: expression.span))
      return nil
    }
    return name
  }

  private func publication(_ expression: Expression) -> RunOptions.Schedule.Trigger? {
    guard case .call(let callee, _, let arguments) = expression.kind, case .name(let word) = callee.kind,
      word.text == "dataset", arguments.count == 1, arguments[0].label == nil
    else {
      if case .error = expression.kind { return nil }
      markUses(in: expression)
      report(.publicationWanted(at: expression.span))
      return nil
    }
    guard let name = literalText(arguments[0].value, option: "the name", of: "dataset") else { return nil }
    guard name.isPublishedName else {
      report(.malformedName(name, of: "dataset", at: arguments[0].value.span))
      return nil
    }
    if let place = places.first(where: { !$0.isSource && $0.kind == .dataset && $0.name == name }) {
      report(.startsItself(name, at: arguments[0].value.span, sink: place.span))
      return nil
    }
    return .dataset(name)
  }

  // MARK: Arguments

  /// `t -> row { day: t.date() }`: a row whose fields are the pipeline's parameters.
  private func scheduleArguments(_ expression: Expression, isCron: Bool) -> TypedLambda? {
    guard let pipeline, let (names, body) = checker.lambdaParts(expression, count: 1) else { return nil }
    let parameters = pipeline.parameters
    let type: Type = isCron ? .timestamp : .publication(of: partition(body, of: names[0], parameters))
    let (inner, locals) = checker.bind(names, [type], in: .empty)
    guard case .row(let fields) = body.kind, fields.allSatisfy({ $0.name != nil }) else {
      let value = checker.check(body, in: inner, expecting: nil, cover: cover)
      guard value.type != .error else { return nil }
      guard let columns = value.type.columns else {
        report(.argumentsAreNoRow(value.type, at: body.span))
        return nil
      }
      for column in columns { judge(column.name, column.type, at: body.span, parameters) }
      missingArguments(at: body.span, given: Set(columns.map(\.name)))
      return TypedLambda(parameters: locals, body: value)
    }
    var values: [(name: String, value: TypedExpression)] = []
    for field in fields {
      guard let name = field.name else { continue }
      let parameter = parameters.first { $0.name == name.text }
      let value = checker.check(field.value, in: inner, expecting: parameter?.type, cover: cover)
      if parameter == nil {
        report(.unknownScheduleArgument(name, parameters: parameters.map(\.name)))
      } else if values.contains(where: { $0.name == name.text }) {
        report(.scheduleArgumentTwice(name))
      } else {
        values.append((name.text, value))
      }
    }
    missingArguments(at: body.span, given: Set(fields.compactMap { $0.name?.text }))
    let row = Type.row(RowType(names: values.map(\.name), types: values.map(\.value.type)))
    return TypedLambda(
      parameters: locals, body: TypedExpression(.construct(values.map(\.value)), row, body.span))
  }

  private func judge(_ name: String, _ type: Type, at span: Span, _ parameters: [PipelineState.Parameter]) {
    guard let parameter = parameters.first(where: { $0.name == name }) else {
      report(.unknownScheduleArgument(Identifier(name, span), parameters: parameters.map(\.name)))
      return
    }
    if !parameter.type.accepts(type) {
      report(.scheduleArgumentType(name, wanted: parameter.type, found: type, at: span))
    }
  }

  private func missingArguments(at span: Span, given: Set<String>) {
    guard let pipeline else { return }
    let missing = pipeline.parameters.filter { !$0.hasDefault && !given.contains($0.name) }
    if !missing.isEmpty { report(.missingScheduleArguments(missing, at: span)) }
  }

  /// What names the partition that was published: of the parameter that takes it as it is.
  private func partition(
    _ body: Expression, of publication: Identifier, _ parameters: [PipelineState.Parameter]
  ) -> Type {
    guard case .row(let fields) = body.kind else { return .string }
    for field in fields {
      guard let name = field.name, case .member(let base, let member, false) = field.value.kind,
        member.text == "partition", case .name(let root) = base.kind, root.text == publication.text,
        let parameter = parameters.first(where: { $0.name == name.text })
      else { continue }
      return parameter.type.unwrapped
    }
    return .string
  }
}

extension Type {
  /// What `on(dataset(...), args:)` gets: the publication of a version.
  fileprivate static func publication(of partition: Type) -> Type {
    .row(
      RowType(
        names: ["dataset", "partition", "version", "at"], types: [.string, partition, .string, .timestamp]))
  }
}
