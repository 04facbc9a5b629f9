import Diagnosing

/// Builds the findings of the lexer and the parser: the wording stands here, the logic elsewhere.
enum ParsingDiagnostics {
  // MARK: - Characters

  static func unexpectedCharacter(_ scalar: Unicode.Scalar, _ span: Span) -> Diagnostic {
    let help: String? =
      switch scalar {
      case "`": "a name is written as it is, without quotes"
      case "\u{A0}", "\u{2007}", "\u{202F}": "this is a no-break space: write a plain one"
      case "\u{FEFF}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}":
        "this character has no width: remove it"
      case "\r": "a line ends with LF or CR LF"
      case "^": "there is no `^`: a power is written `x.pow(y)`"
      case "~": "there is no `~`: `!` negates a `Bool`"
      case "$": "a string interpolates with `{name}`"
      default: nil
      }
    return Diagnostic(
      .unexpectedCharacter, "\(name(of: scalar)) has no place here", at: span,
      label: "not part of the language",
      help: help)
  }

  static func controlCharacter(_ scalar: Unicode.Scalar, _ span: Span) -> Diagnostic {
    let code = String(scalar.value, radix: 16)
    return Diagnostic(
      .unexpectedCharacter, "\(name(of: scalar)) stands in a string as it is", at: span,
      help: "write the escape `\\u{\(code)}`")
  }

  private static func name(of scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
    let isVisible =
      switch scalar.properties.generalCategory {
      case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
        .surrogate, .nonspacingMark, .enclosingMark:
        false
      default: true
      }
    return isVisible ? "`\(scalar)`" : "the character \(code)"
  }

  static func invalidEncoding(_ span: Span, byte: UInt8) -> Diagnostic {
    Diagnostic(
      .invalidEncoding, "the file is not UTF-8: byte 0x\(String(byte, radix: 16)) starts no character",
      at: span,
      help: "save the file in the encoding UTF-8")
  }

  static func foreignLetters(_ span: Span) -> Diagnostic {
    Diagnostic(
      .unexpectedCharacter, "a name is made of the letters `a` to `z` and `A` to `Z`, digits and `_`",
      at: span,
      help: "other letters may stand in strings and comments; `@name(\"...\")` reads a column by any name")
  }

  static func semicolon(_ span: Span, endsLine: Bool) -> Diagnostic {
    Diagnostic(
      .semicolon, "there is no `;`: the end of the line ends a statement", at: span,
      fixes: [
        Fix(
          endsLine ? "remove the `;`" : "break the line here", isSafe: true,
          edits: [Edit(span, endsLine ? "" : "\n")]
        )
      ])
  }

  static func foreignComment(_ span: Span) -> Diagnostic {
    Diagnostic(.foreignComment, "a comment starts with `//` and ends with its line", at: span)
  }

  /// Something that is written otherwise here.
  static func foreignSpelling(_ text: String, meant: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      .foreignSpelling, "`\(text)` is written `\(meant)`", at: span,
      fixes: [Fix("replace it by `\(meant)`", isSafe: true, edits: [Edit(span, meant)])])
  }

  static func foreignSpelling(_ message: String, help: String? = nil, _ span: Span) -> Diagnostic {
    Diagnostic(.foreignSpelling, message, at: span, help: help)
  }

  // MARK: - Literals

  static func singleQuotes(_ span: Span, text: String?) -> Diagnostic {
    var fixes: [Fix] = []
    if let text, !text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "{") }) {
      fixes = [Fix("write `\"\(text)\"`", isSafe: true, edits: [Edit(span, "\"\(text)\"")])]
    }
    return Diagnostic(.quotes, "a string stands in double quotes", at: span, fixes: fixes)
  }

  static func typographicQuotes(_ span: Span) -> Diagnostic {
    Diagnostic(.quotes, "a string stands in straight double quotes, `\"`", at: span)
  }

  static func unclosedString(_ span: Span) -> Diagnostic {
    Diagnostic(
      .unclosedString, "this string is not closed before the end of the line", at: span, label: "starts here",
      help: "text of several lines stands between `\"\"\"`")
  }

  static func unclosedBlock(_ span: Span) -> Diagnostic {
    Diagnostic(
      .unclosedString, "this `\"\"\"` is never closed", at: span, label: "starts here",
      help: "the closing `\"\"\"` stands on a line of its own")
  }

  static func unclosedInterpolation(_ span: Span) -> Diagnostic {
    Diagnostic(
      .unclosedString, "the interpolation that this `{` opens is never closed", at: span,
      label: "opened here",
      help: "close it with `}`; a brace as text is written `\\{`")
  }

  static func emptyInterpolation(_ span: Span) -> Diagnostic {
    Diagnostic(
      .emptyInterpolation, "this interpolation holds no expression", at: span,
      help: "a brace as text is written `\\{`")
  }

  static func missingFraction(_ span: Span) -> Diagnostic {
    Diagnostic(
      .badNumber, "a digit is missing after the point", at: span,
      fixes: [Fix("add a `0`", isSafe: true, edits: [Edit(span.endPoint, "0")])])
  }

  static func missingInteger(_ span: Span) -> Diagnostic {
    Diagnostic(
      .badNumber, "a digit is missing before the point", at: span,
      fixes: [Fix("add a `0`", isSafe: true, edits: [Edit(span.startPoint, "0")])])
  }

  static func underscore(_ span: Span) -> Diagnostic {
    Diagnostic(.badNumber, "in a number `_` stands only between two digits", at: span)
  }

  static func badHexadecimal(_ span: Span) -> Diagnostic {
    Diagnostic(.badNumber, "`0x` is followed by the digits 0 to 9 and a to f", at: span)
  }

  static func unknownSuffix(_ text: String, _ span: Span) -> Diagnostic {
    let meant: String? =
      switch text {
      case "sec", "secs", "second", "seconds", "S": "s"
      case "min", "mins", "minute", "minutes": "m"
      case "hr", "hrs", "hour", "hours", "H": "h"
      case "day", "days", "D": "d"
      case "week", "weeks", "W": "w"
      case "msec", "millis", "milliseconds": "ms"
      case "k", "kb", "Kb", "kB", "K": "KB"
      case "M", "mb", "Mb", "mB": "MB"
      case "G", "gb", "Gb", "gB": "GB"
      case "kib", "Kib", "Ki": "KiB"
      case "mib", "Mib", "Mi": "MiB"
      case "gib", "Gib", "Gi": "GiB"
      default: nil
      }
    return Diagnostic(
      .badNumber, "a number has no suffix `\(text)`", at: span,
      help: meant == nil
        ? "durations end with `ms s m h d w`, sizes with `KB MB GB TB KiB MiB GiB TiB`" : nil,
      fixes: meant.map { [Fix("did you mean `\($0)`?", edits: [Edit(span, $0)])] } ?? [])
  }

  static func fractionOfUnit(_ suffix: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      .badNumber, "durations and sizes are whole numbers", at: span,
      help: "take a smaller unit than `\(suffix)`: `90m` for one and a half hours")
  }

  static func numberTooLarge(_ span: Span, _ limit: String) -> Diagnostic {
    Diagnostic(.numberTooLarge, "this number is too large: \(limit)", at: span)
  }

  static func badEscape(_ message: String, _ span: Span, help: String? = nil) -> Diagnostic {
    Diagnostic(
      .badEscape, message, at: span,
      help: help ?? #"the escapes are `\n` `\t` `\r` `\0` `\\` `\"` `\{` `\}` and `\u{1F600}`"#)
  }

  static func blockLayout(_ message: String, _ span: Span, help: String? = nil) -> Diagnostic {
    Diagnostic(.blockStringLayout, message, at: span, help: help)
  }

  // MARK: - Structure

  static func unclosedBracket(_ text: String, _ opener: Span, before found: Span, _ closer: String)
    -> Diagnostic
  {
    Diagnostic(
      .unclosedBracket, "this `\(text)` is never closed", at: opener, label: "opened here",
      labels: [Label(found, "expected `\(closer)` before this")])
  }

  static func wrongCloser(_ text: String, opener: Span, _ wanted: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      .unmatchedCloser, "expected `\(wanted)`, found `\(text)`", at: span,
      labels: [Label(opener, "the bracket that it should close")],
      fixes: [Fix("replace it by `\(wanted)`", edits: [Edit(span, wanted)])])
  }

  static func unmatchedCloser(_ text: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      .unmatchedCloser, "this `\(text)` closes nothing", at: span, label: "no bracket is open",
      fixes: [Fix("remove it", edits: [Edit(span, "")])])
  }

  static func missingComma(_ span: Span) -> Diagnostic {
    Diagnostic(
      .missingComma, "a comma is missing", at: span, label: "between this and the next entry",
      fixes: [Fix("insert `,`", isSafe: true, edits: [Edit(span.endPoint, ",")])])
  }

  static func tooDeep(_ span: Span) -> Diagnostic {
    Diagnostic(
      .tooDeep, "this is nested too deeply", at: span,
      help: "take parts out into `let`s or functions")
  }

  static func lineBreak(_ message: String, _ span: Span, help: String? = nil) -> Diagnostic {
    Diagnostic(.lineBreak, message, at: span, help: help)
  }

  // MARK: - Names

  static func valueCase(_ text: String, _ what: String, _ span: Span) -> Diagnostic {
    let mended = text.prefix(1).lowercased() + text.dropFirst()
    return Diagnostic(
      .nameCase, "\(what) starts with a lower-case letter: an upper-case one names a type", at: span,
      fixes: [Fix("rename it to `\(mended)`", edits: [Edit(span, mended)])])
  }

  static func typeCase(_ text: String, _ mended: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      .nameCase, "a type starts with an upper-case letter", at: span,
      fixes: [Fix("did you mean `\(mended)`?", edits: [Edit(span, mended)])])
  }

  static func reservedWord(_ text: String, _ what: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      .reservedWord, "`\(text)` is a reserved word and can't be the name of \(what)", at: span,
      help: "only `if else match for in let fn try fail row true false none` are reserved")
  }

  // MARK: - Expressions

  static func chained(_ first: Span, _ span: Span, _ what: String, help: String) -> Diagnostic {
    Diagnostic(
      .chainedOperator, "\(what) do not chain", at: span, labels: [Label(first, "the first one")], help: help)
  }

  static func comparison(_ span: Span) -> Diagnostic {
    Diagnostic(
      .assignment, "`=` binds a name; `==` compares", at: span,
      fixes: [Fix("write `==`", isSafe: true, edits: [Edit(span, "==")])])
  }

  static func assignment(_ span: Span, name: Span?) -> Diagnostic {
    Diagnostic(
      .assignment, "there is no assignment: a name is bound once, with `let`", at: span,
      fixes: name.map { [Fix("write `let` before it", edits: [Edit($0.startPoint, "let ")])] } ?? [])
  }

  static func labelColon(_ span: Span) -> Diagnostic {
    Diagnostic(
      .assignment, "a name and its value are separated by `:` here", at: span,
      fixes: [Fix("write `:`", isSafe: true, edits: [Edit(span, ":")])])
  }

  static func unusedValue(_ span: Span) -> Diagnostic {
    Diagnostic(
      .blockShape, "the value of this expression is not used", at: span,
      help: "a block holds `let` bindings, then one expression: its value")
  }

  static func missingValue(_ span: Span) -> Diagnostic {
    Diagnostic(
      .blockShape, "this block has no value", at: span, help: "a block ends with one expression: its value")
  }

  static func unnamedField(_ span: Span) -> Diagnostic {
    Diagnostic(
      .unnamedField, "this value has no field to go to", at: span,
      help: "write `field: value`; only a path such as `o.id` may stand alone, for the field `id`")
  }

  // MARK: - Declarations and statements

  static func misplaced(_ message: String, _ span: Span, help: String? = nil, fixes: [Fix] = []) -> Diagnostic
  {
    Diagnostic(.misplacedStatement, message, at: span, help: help, fixes: fixes)
  }

  static func notADeclaration(_ message: String, _ span: Span, help: String? = nil, fixes: [Fix] = [])
    -> Diagnostic
  {
    Diagnostic(.expectedDeclaration, message, at: span, help: help, fixes: fixes)
  }

  static func misplacedAnnotation(_ message: String, _ span: Span) -> Diagnostic {
    Diagnostic(.misplacedAnnotation, message, at: span)
  }
}
