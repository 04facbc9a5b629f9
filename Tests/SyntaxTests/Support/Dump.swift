import Syntax

/// The abstract syntax as compact s-expressions, so that a test shows a whole program at a glance.
enum Dump {
  static func program(_ parsed: ParsedFile) -> String {
    parsed.program.declarations.map(declaration).joined(separator: "\n")
  }

  static func list(_ head: String, _ parts: [String]) -> String {
    "(" + ([head] + parts.filter { !$0.isEmpty }).joined(separator: " ") + ")"
  }

  // MARK: - Declarations

  static func declaration(_ declaration: Declaration) -> String {
    let text =
      switch declaration.kind {
      case .importing(let it):
        switch it.names {
        case .selected(let names): list("import", ["\"\(it.path.text)\""] + names.map(\.text))
        case .namespace(let name): list("import", ["\"\(it.path.text)\"", "as", name.text])
        }
      case .record(let it):
        list("record", [it.name.text] + it.annotations.map(annotation) + it.fields.map(field))
      case .enumeration(let it):
        list(
          "enum",
          [it.name.text]
            + zip(it.cases, it.caseAnnotations).map { name, notes in
              notes.isEmpty ? name.text : list(name.text, notes.map(annotation))
            })
      case .distinctType(let it): list("type", [it.name.text, type(it.raw)])
      case .label(let name): list("label", [name.text])
      case .function(let it):
        list(
          it.declassify == nil ? "fn" : "declassify fn",
          [it.name.text] + it.parameters.map(parameter) + [
            result(it.result), unlabels(it.unlabels), expression(it.body),
          ])
      case .task(let it):
        list(
          it.declassify == nil ? "task" : "declassify task",
          [it.name.text] + it.parameters.map(parameter) + [result(it.result), unlabels(it.unlabels)]
            + it.clauses.map { list($0.keyword.text, $0.operands.map(expression) + $0.entries.map(argument)) }
        )
      case .pipeline(let it):
        list("pipeline", [it.name.text] + it.parameters.map(parameter) + it.statements.map(statement))
      case .test(let it):
        list(
          "test",
          ["\"\(it.title.text)\"", it.pipeline?.text ?? ""] + it.arguments.map(argument)
            + it.statements.map(statement))
      }
    guard let documentation = declaration.documentation else { return text }
    return "[\(documentation)] \(text)"
  }

  private static func field(_ field: FieldDeclaration) -> String {
    list(field.name.text, [type(field.type)] + field.annotations.map(annotation) + value(field.defaultValue))
  }

  private static func parameter(_ parameter: ParameterDeclaration) -> String {
    list(parameter.name.text, [type(parameter.type)] + value(parameter.defaultValue))
  }

  private static func value(_ value: Expression?) -> [String] { value.map { ["=", expression($0)] } ?? [] }

  private static func result(_ result: ResultSyntax?) -> String {
    result.map { "->\(type($0.type))\($0.fallible == nil ? "" : "!")" } ?? "->?"
  }

  private static func unlabels(_ names: [Identifier]) -> String {
    names.isEmpty ? "" : list("unlabels", names.map(\.text))
  }

  static func annotation(_ annotation: Annotation) -> String {
    guard let arguments = annotation.arguments else { return "@\(annotation.name.text)" }
    return "@" + list(annotation.name.text, arguments.map(argument))
  }

  static func type(_ type: TypeSyntax) -> String {
    let text =
      switch type.kind {
      case .named(let module, let name, let arguments):
        (module.map { $0.text + "." } ?? "") + name.text
          + (arguments.isEmpty ? "" : "<" + arguments.map(Dump.type).joined(separator: ",") + ">")
      case .size(let size): String(size)
      case .optional(let inner): Dump.type(inner) + "?"
      case .error: "<error>"
      }
    return text + type.labels.map { "@" + $0.text }.joined()
  }

  // MARK: - Statements

  static func statement(_ statement: Statement) -> String {
    let text =
      switch statement.kind {
      case .from(let name, let kind, let connector):
        list("from", [name.text, type(kind), expression(connector)])
      case .into(let name, let kind, let connector, let flow):
        list("into", [name.text, kind.map(type) ?? "", expression(connector), "<-", expression(flow)])
      case .bind(let names, let kind, let value):
        list("let", names.map(\.text) + [kind.map(type) ?? "", expression(value)])
      case .check(let flow, let clauses): list("check", [expression(flow)] + clauses.map(clause))
      case .discard(let flow): list("discard", [expression(flow)])
      case .reply(let flow, let status, let allow):
        list("reply", [expression(flow), status.map(expression) ?? ""] + allow.map { "@" + $0.text })
      case .run(let mode, let options): list("run", [mode?.text ?? ""] + options.map(argument))
      case .given(let name, let value): list("given", [name.text, expression(value)])
      case .expect(let condition): list("expect", [expression(condition)])
      case .expectFlow(let name, let clauses): list("expect", [name.text] + clauses.map(clause))
      case .conditional(let condition, let then, let otherwise):
        list(
          "if",
          [Dump.condition(condition), list("then", then.map(Dump.statement))]
            + (otherwise.isEmpty ? [] : [list("else", otherwise.map(Dump.statement))]))
      case .expression(let value): list("do", [expression(value)])
      }
    return statement.annotations.map { annotation($0) + " " }.joined() + text
  }

  private static func clause(_ clause: CheckClause) -> String {
    list((clause.warn == nil ? "" : "warn ") + clause.name.text, clause.arguments.map(argument))
  }

  private static func argument(_ argument: Argument) -> String {
    (argument.label.map { $0.text + ":" } ?? "") + expression(argument.value)
  }

  private static func condition(_ condition: Condition) -> String {
    switch condition {
    case .holds(let value): expression(value)
    case .present(let name, let value): list("let", [name.text, expression(value)])
    }
  }

  // MARK: - Expressions

  static func expression(_ value: Expression) -> String {
    switch value.kind {
    case .integer(let value): value.map { String($0) } ?? "<too large>"
    case .number(let text): text
    case .boolean(let value): String(value)
    case .none: "none"
    case .string(let parts): string(parts)
    case .regex(let text): "re\"\(text)\""
    case .duration(let value): "\(value)us"
    case .size(let value): "\(value)B"
    case .name(let name): name.text
    case .enumCase(let name): "." + name.text
    case .member(let base, let name, let isOptional):
      list(isOptional ? "?." : ".", [expression(base), name.text])
    case .call(let callee, let types, let arguments):
      list(
        "call",
        [expression(callee) + (types.isEmpty ? "" : "<" + types.map(type).joined(separator: ",") + ">")]
          + arguments.map(argument))
    case .index(let base, let index): list("index", [expression(base), expression(index)])
    case .construct(let kind, let fields): list("new", [type(kind)] + fields.map(field))
    case .row(let fields): list("row", fields.map(field))
    case .list(let values): "[" + values.map(expression).joined(separator: " ") + "]"
    case .map(let entries):
      "[" + entries.map { expression($0.key) + ":" + expression($0.value) }.joined(separator: " ") + "]"
    case .range(let low, let high, let isInclusive):
      list(isInclusive ? ".." : "..<", [expression(low), expression(high)])
    case .unary(let sign, let operand): list(sign.rawValue, [expression(operand)])
    case .binary(let sign, _, let left, let right):
      list(sign.rawValue, [expression(left), expression(right)])
    case .cover(let value, let fallback): list("else", [expression(value), expression(fallback)])
    case .attempt(_, let value): list("try", [expression(value)])
    case .lambda(let names, let body):
      list("\\" + names.map(\.text).joined(separator: ","), [expression(body)])
    case .conditional(let condition, let then, let otherwise):
      list("if", [Dump.condition(condition), expression(then), otherwise.map(expression) ?? ""])
    case .match(let value, let arms): list("match", [expression(value)] + arms.map(arm))
    case .block(let bindings, let value):
      bindings.isEmpty
        ? "{\(expression(value))}"
        : list(
          "block",
          bindings.map {
            list("let", $0.names.map(\.text) + [$0.type.map(type) ?? "", expression($0.value)])
          }
            + [expression(value)])
    case .loop(let variables, let statements, let collectsFailures):
      list(
        collectsFailures ? "try for" : "for",
        variables.map { list($0.name.text, [expression($0.values)]) } + statements.map(statement))
    case .error: "<error>"
    }
  }

  private static func string(_ parts: [StringPart]) -> String {
    "\""
      + parts.map {
        switch $0 {
        case .text(let text): text.replacing("\n", with: "\\n")
        case .interpolation(let value): "{" + expression(value) + "}"
        }
      }.joined() + "\""
  }

  private static func field(_ field: FieldInitializer) -> String {
    switch field {
    case .named(let name, let value): name.text + ":" + expression(value)
    case .short(let name, let value): name.text + "<-" + expression(value)
    case .spread(let value): "..." + expression(value)
    }
  }

  private static func arm(_ arm: MatchArm) -> String {
    list(arm.patterns.map(pattern).joined(separator: "|"), [expression(arm.value)])
  }

  private static func pattern(_ pattern: Pattern) -> String {
    switch pattern.kind {
    case .enumCase(let name): "." + name.text
    case .literal(let value): expression(value)
    case .none: "none"
    case .binding(let name): "?" + name.text
    case .otherwise: "else"
    }
  }
}

/// The value of a function whose body is the text.
func body(_ text: String) -> String {
  let parsed = parse("fn f() -> T {\n\(text)\n}")
  guard case .function(let function)? = parsed.program.declarations.first?.kind else { return "<none>" }
  let errors = parsed.diagnostics.isEmpty ? "" : " !! " + parsed.report
  if case .block(let bindings, let value) = function.body.kind, bindings.isEmpty {
    return Dump.expression(value) + errors
  }
  return Dump.expression(function.body) + errors
}

/// The program of the text, and what is wrong in it.
func program(_ text: String) -> String {
  let parsed = parse(text)
  return Dump.program(parsed) + (parsed.diagnostics.isEmpty ? "" : " !! " + parsed.report)
}

/// The statements of a pipeline, one a line.
func statements(_ text: String) -> String {
  let parsed = parse("pipeline p {\n\(text)\n}")
  guard case .pipeline(let pipeline)? = parsed.program.declarations.first?.kind else { return "<none>" }
  return pipeline.statements.map(Dump.statement).joined(separator: "\n")
    + (parsed.diagnostics.isEmpty ? "" : " !! " + parsed.report)
}
