extension StandardFunction {
  /// Functions of `Int`, `Float` and `Decimal`.
  static let numbers: [StandardFunction] = [
    StandardFunction(
      "abs", .abs, of: [.int, .float, .decimal], gives: .receiver,
      "Without its sign. The least `Int` has no such value: a fault.", example: "(-3).abs()", "3"),
    StandardFunction(
      "min", .numberMin, of: [.int, .float, .decimal], [.value("other", .receiver)], gives: .receiver,
      "The lesser of the two.", example: "3.min(5)", "3"),
    StandardFunction(
      "max", .numberMax, of: [.int, .float, .decimal], [.value("other", .receiver)], gives: .receiver,
      "The greater of the two.", example: "3.max(5)", "5"),
    StandardFunction(
      "clamp", .clamp, of: [.int, .float, .decimal], [.value("low", .receiver), .value("high", .receiver)],
      gives: .receiver,
      "The nearest number between `low` and `high`; `high` where they cross.",
      example: "12.clamp(0, 10)", "10"),
    StandardFunction(
      "round", .round, of: [.float, .decimal], [.value("digits", .type(.int), or: .int(0))], gives: .receiver,
      "Rounded to so many digits after the point, halves to the even digit.",
      example: "2.345.round(1)", "2.3"),
    StandardFunction(
      "floor", .floor, of: [.float, .decimal], gives: .receiver,
      "The greatest whole number that is not greater.", example: "(-1.5).floor()", "-2.0"),
    StandardFunction(
      "ceil", .ceil, of: [.float, .decimal], gives: .receiver,
      "The least whole number that is not less.", example: "1.2.ceil()", "2.0"),
    StandardFunction(
      "sqrt", .sqrt, of: [.float], gives: .type(.float), failsAs: "the number may be negative",
      "The square root.", example: "9.0.sqrt() else 0", "3.0"),
    StandardFunction(
      "ln", .ln, of: [.float], gives: .type(.float), failsAs: "the number may not be positive",
      "The natural logarithm.", example: "1.0.ln() else 9", "0.0"),
    StandardFunction(
      "exp", .exp, of: [.float], gives: .type(.float),
      "e to the power of the number.", example: "0.0.exp()", "1.0"),
    StandardFunction(
      "pow", .pow, of: [.float], [.value("exponent", .type(.float))], gives: .type(.float),
      failsAs: "the power may not be a number",
      "The number to the power of `exponent`.", example: "2.0.pow(10) else 0", "1024.0"),
    StandardFunction(
      "to_float", .toFloat, of: [.int, .decimal], gives: .type(.float),
      "The nearest `Float`.", example: "3.to_float()", "3.0"),
    StandardFunction(
      "to_decimal", .toDecimal, of: [.int, .float], gives: .type(.decimal),
      "As a `Decimal`: of a `Float`, rounded to 18 digits after the point; a fault where it does not fit.",
      example: "3.to_decimal() / 2 == 1.5", "true"),
    StandardFunction(
      "to_int", .toInt, of: [.float, .decimal], gives: .type(.int),
      failsAs: "the number may not fit an `Int`",
      "What is before the point; see `round`, `floor` and `ceil`.", example: "2.9.to_int() else 0", "2"),
  ]
}
