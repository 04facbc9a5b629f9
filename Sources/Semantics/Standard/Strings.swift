extension StandardFunction {
  /// Functions of `String`. Lengths and positions count Unicode scalars.
  static let strings: [StandardFunction] = [
    StandardFunction(
      "len", .stringLength, of: [.string], gives: .type(.int),
      "The number of Unicode scalars.", example: #""öre".len()"#, "3"),
    StandardFunction(
      "is_empty", .stringIsEmpty, of: [.string], gives: .type(.bool),
      "Whether there is nothing in it.", example: #""".is_empty()"#, "true"),
    StandardFunction(
      "lower", .lower, of: [.string], gives: .type(.string),
      "Every letter in lower case, by Unicode's rules without a locale.",
      example: #""Kiel".lower()"#, #""kiel""#),
    StandardFunction(
      "upper", .upper, of: [.string], gives: .type(.string),
      "Every letter in upper case, by Unicode's rules without a locale.",
      example: #""Kiel".upper()"#, #""KIEL""#),
    StandardFunction(
      "trim", .trim, of: [.string], gives: .type(.string),
      "Without white space at both ends.", example: #""  a b ".trim()"#, #""a b""#),
    StandardFunction(
      "split", .split, of: [.string], [.value("separator", .type(.string))], gives: .type(.list(.string)),
      "The parts between the separators; one part where there is none. An empty separator parts nothing.",
      example: #""a,b,".split(",")"#, #"["a", "b", ""]"#),
    StandardFunction(
      "replace", .replace, of: [.string],
      [.value("old", .type(.string)), .value("new", .type(.string))], gives: .type(.string),
      "With every `old` replaced by `new`, from left to right; an empty `old` replaces nothing.",
      example: #""a-b-c".replace("-", "+")"#, #""a+b+c""#),
    StandardFunction(
      "contains", .stringContains, of: [.string], [.value("part", .type(.string))], gives: .type(.bool),
      "Whether `part` occurs in it.", example: #""thalweg".contains("weg")"#, "true"),
    StandardFunction(
      "starts_with", .startsWith, of: [.string], [.value("part", .type(.string))], gives: .type(.bool),
      "Whether it begins with `part`.", example: #""thalweg".starts_with("thal")"#, "true"),
    StandardFunction(
      "ends_with", .endsWith, of: [.string], [.value("part", .type(.string))], gives: .type(.bool),
      "Whether it ends with `part`.", example: #""thalweg".ends_with("thal")"#, "false"),
    StandardFunction(
      "slice", .slice, of: [.string], [.value("start", .type(.int)), .value("end", .type(.int))],
      gives: .type(.string),
      "From position `start` up to but not including `end`, from 0; what lies outside is left out.",
      example: #""thalweg".slice(4, 7)"#, #""weg""#),
    StandardFunction(
      "matches", .matches, of: [.string], [.regex], gives: .type(.bool),
      "Whether the whole string matches.", example: #""AB-12".matches(re"[A-Z]+-\d+")"#, "true"),
    StandardFunction(
      "capture", .capture, of: [.string], [.regex], gives: .type(.optional(.list(.optional(.string)))),
      "The groups of the first match, absent where a group took no part; absent where nothing matches.",
      example: #"("AB-12".capture(re"(\d+)") ?? []).first() ?? "?""#, #""12""#),
    StandardFunction(
      "to_int", .stringToInt, of: [.string], gives: .type(.int),
      failsAs: "the text may be no whole number that fits",
      "The integer that it spells, in decimal, with an optional sign.",
      example: #""42".to_int() else 0"#, "42"),
    StandardFunction(
      "to_float", .stringToFloat, of: [.string], gives: .type(.float), failsAs: "the text may be no number",
      "The number that it spells.", example: #""2.5".to_float() else 0"#, "2.5"),
    StandardFunction(
      "to_decimal", .stringToDecimal, of: [.string], gives: .type(.decimal),
      failsAs: "the text may be no number that fits",
      "The decimal that it spells; more than 18 digits after the point fail.",
      example: #"("0.10".to_decimal() else 0) == 0.1"#, "true"),
    StandardFunction(
      "to_date", .toDate, of: [.string], [.value("format", .type(.string), or: .string(""))],
      gives: .type(.date), failsAs: "the text may not be a date of this format",
      "The date that it spells: in the strftime format given, or as `2026-01-31`.",
      example: #""31.01.2026".to_date("%d.%m.%Y") else date("1970-01-01")"#, #"date("2026-01-31")"#),
    StandardFunction(
      "to_timestamp", .toTimestamp, of: [.string], [.value("format", .type(.string), or: .string(""))],
      gives: .type(.timestamp), failsAs: "the text may not be a time of this format",
      "The time that it spells: in the strftime format given, or as `2026-01-31T23:59:59Z`.",
      example: #""2026-01-31T12:00:00Z".to_timestamp() else timestamp("1970-01-01T00:00:00Z")"#,
      #"timestamp("2026-01-31T12:00:00Z")"#),
    StandardFunction(
      "to_uuid", .toUuid, of: [.string], gives: .type(.uuid), failsAs: "the text may be no UUID",
      "The UUID that it spells.",
      example: #"""
        "00000000-0000-0000-0000-00000000000a".to_uuid() else uuid("00000000-0000-0000-0000-000000000000")
        """#, #"uuid("00000000-0000-0000-0000-00000000000a")"#),
  ]
}
