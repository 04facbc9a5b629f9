import Diagnosing
import Syntax

extension Rule {
  static let valueName = Rule(
    "L970", "value-name", .style, mending: .safe,
    "a value's name that is not in snake case",
    """
    Functions, parameters, values, fields, cases and pipelines are written `in_snake_case`, as the standard \
    functions are. Names inside a body are renamed by the fix; one that other files may use is yours to rename. A \
    field whose column is named otherwise says so with `@name("column")` or `@names(camel_case)`.
    """,
    bad: """
      fn total(unitPrice: Int, count: Int) -> Int { unitPrice * count }
      """,
    good: """
      fn total(unit_price: Int, count: Int) -> Int { unit_price * count }
      """,
    checks: [
      .binding { binding, context in
        guard binding.name.text.hasUpperCase else { return }
        report(binding.name, uses: binding.isRenamable ? binding.uses : nil, nil, context)
      },
      .declaration { declaration, context in
        switch declaration.kind {
        case .function(let function): judge(function.name, context)
        case .task(let task): judge(task.name, context)
        case .pipeline(let pipeline):
          judge(pipeline.name, context)
          for statement in pipeline.statements {
            if case .into(let name, _, _, _) = statement.kind { judge(name, context) }
          }
        case .record(let record):
          for field in record.fields {
            judge(
              field.name, context,
              help: "name the field in snake case, and its column with `@name(\"\(field.name.text)\")`")
          }
        case .enumeration(let enumeration):
          for name in enumeration.cases {
            judge(
              name, context, help: "name the case in snake case, and its text with `@name(\"\(name.text)\")`")
          }
        case .label(let name): judge(name, context)
        case .importing, .distinctType, .test: break
        }
      },
    ])

  private static func judge(_ name: Identifier, _ context: FileContext, help: String? = nil) {
    if name.text.hasUpperCase { report(name, uses: nil, help, context) }
  }

  private static func report(_ name: Identifier, uses: [Span]?, _ help: String?, _ context: FileContext) {
    let wanted = name.text.snakeCase
    var fixes: [Fix] = []
    // A name that is there already would take the uses over.
    if let uses, !context.mentions(wanted) {
      fixes = [
        Fix("rename it to `\(wanted)`", isSafe: true, edits: ([name.span] + uses).map { Edit($0, wanted) })
      ]
    }
    context.report(
      "`\(name.text)` is not in snake case", at: name.span, label: "`\(wanted)` is",
      help: fixes.isEmpty ? help : nil,
      fixes: fixes)
  }
}

extension Binding {
  /// Whether only its own body can name it: calls name parameters with a default, and the names of statements are
  /// what a run's state goes by.
  fileprivate var isRenamable: Bool { kind != .statement && !(kind == .parameter && isNamedByCalls) }
}

extension FileContext {
  /// Whether a name stands anywhere in the file.
  fileprivate func mentions(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return parsed.tree.tokens.contains { token in
      (token.kind == .name) && token.end - token.start == bytes.count
        && parsed.file.bytes[Int(token.start)..<Int(token.end)].elementsEqual(bytes)
    }
  }
}

extension String {
  /// Whether a letter in it is upper-case.
  fileprivate var hasUpperCase: Bool { utf8.contains { 65...90 ~= $0 } }

  /// `unitPrice` as `unit_price`, `HTTPStatus` as `http_status`.
  fileprivate var snakeCase: String {
    let bytes = Array(utf8)
    var result: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      guard 65...90 ~= byte else {
        result.append(byte)
        continue
      }
      let startsWord =
        index > 0 && bytes[index - 1] != UInt8(ascii: "_")
        && (!(65...90 ~= bytes[index - 1]) || index + 1 < bytes.count && 97...122 ~= bytes[index + 1])
      if startsWord { result.append(UInt8(ascii: "_")) }
      result.append(byte + 32)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
