// P1xx lexing and parsing.

extension Code {
  /// A character that has no place in the language.
  public static let unexpectedCharacter = Code("P101")
  /// The file is not UTF-8.
  public static let invalidEncoding = Code("P102")
  /// A bracket is never closed.
  public static let unclosedBracket = Code("P103")
  /// Something else was expected here.
  public static let unexpectedToken = Code("P104")
  /// A string or an interpolation is never closed.
  public static let unclosedString = Code("P105")
  /// An unknown escape in a string.
  public static let badEscape = Code("P106")
  /// A malformed number.
  public static let badNumber = Code("P107")
  /// A number is too large.
  public static let numberTooLarge = Code("P108")
  /// The lines of a `"""` string are laid out wrongly.
  public static let blockStringLayout = Code("P109")
  /// There is no `;`.
  public static let semicolon = Code("P110")
  /// A spelling of another language.
  public static let foreignSpelling = Code("P111")
  /// `=` where `==`, `:` or `let` is meant.
  public static let assignment = Code("P112")
  /// A comma is missing between two entries.
  public static let missingComma = Code("P113")
  /// The first letter of a name has the wrong case.
  public static let nameCase = Code("P114")
  /// A reserved word as a name.
  public static let reservedWord = Code("P115")
  /// A line break, or its lack, in the wrong place.
  public static let lineBreak = Code("P116")
  /// Comparisons and ranges do not chain.
  public static let chainedOperator = Code("P117")
  /// An expression is nested too deeply.
  public static let tooDeep = Code("P118")
  /// A closing bracket that closes nothing.
  public static let unmatchedCloser = Code("P119")
  /// Only declarations stand at top level.
  public static let expectedDeclaration = Code("P120")
  /// A statement or clause that can't stand here.
  public static let misplacedStatement = Code("P121")
  /// A block is `let` bindings, then one expression.
  public static let blockShape = Code("P122")
  /// A string stands in straight double quotes.
  public static let quotes = Code("P123")
  /// An interpolation without an expression.
  public static let emptyInterpolation = Code("P124")
  /// A value in a construction without a field.
  public static let unnamedField = Code("P125")
  /// An annotation in the wrong place.
  public static let misplacedAnnotation = Code("P126")
  /// A comment starts with `//`.
  public static let foreignComment = Code("P127")
  /// A type is optional once.
  public static let doubleOptional = Code("P128")
}

extension Catalogue {
  static let parsing: [CatalogueEntry] = [
    CatalogueEntry(
      .unexpectedCharacter, "a character that has no place in the language",
      """
      Outside of strings and comments a program is made of ASCII: letters, digits, `_` and the operators. Other
      letters in names, control characters and invisible characters are refused, so that two names that look
      the same are the same.
      """,
      bad: "fn cost() -> Int { $price }",
      good: "fn cost(price: Int) -> Int { price }"),
    CatalogueEntry(
      .invalidEncoding, "the file is not UTF-8",
      """
      A program is UTF-8 text. The bytes at this place start no character, as happens when an editor saved the
      file in another encoding. Save it again as UTF-8. It is reported once a file.
      """,
      bad: "// a file saved in another encoding",
      good: "// a file saved as UTF-8"),
    CatalogueEntry(
      .unclosedBracket, "a bracket is never closed",
      """
      Each `(`, `[`, `{` and each `<` of type arguments needs its counterpart. It is reported at the opener;
      the second place is where the parser noticed. The next declaration is parsed as if it had been closed.
      """,
      bad: "fn twice(x: Int) -> Int { max(x * 2, 0 }",
      good: "fn twice(x: Int) -> Int { max(x * 2, 0) }"),
    CatalogueEntry(
      .unexpectedToken, "something else was expected here",
      """
      The message says what may stand at this place and what was found instead.
      """,
      bad: "type OrderId Int",
      good: "type OrderId = Int"),
    CatalogueEntry(
      .unclosedString, "a string or an interpolation is never closed",
      """
      A string in `"` ends on the line it starts on, and so does each `{ }` in it. Text of several lines stands
      between `\"""`, each on a line of its own. A brace as text is written `\\{`.
      """,
      bad: "fn greet() -> String {\n  \"hello\n}",
      good: "fn greet() -> String {\n  \"hello\"\n}"),
    CatalogueEntry(
      .badEscape, "an unknown escape in a string",
      """
      The escapes are `\\n` `\\t` `\\r` `\\0` `\\\\` `\\"` `\\{` `\\}` and `\\u{1F600}`; in `\"""` a backslash at the
      end of a line joins it with the next. A regular expression in `re"..."` is taken as it is.
      """,
      bad: "fn digits() -> String { \"\\d+\" }",
      good: "fn digits() -> String { \"\\\\d+\" }"),
    CatalogueEntry(
      .badNumber, "a malformed number",
      """
      Numbers are written `42`, `1_000`, `0xff`, `3.14`, `1e-3`; a digit stands on both sides of the point, and
      `_` between two digits. Durations end with `ms s m h d w`, sizes with `KB MB GB TB KiB MiB GiB TiB`;
      both are whole.
      """,
      bad: "fn wait() -> Duration { 10sec }",
      good: "fn wait() -> Duration { 10s }"),
    CatalogueEntry(
      .numberTooLarge, "a number is too large",
      """
      An integer fits 64 bits, a duration the microseconds of 64 bits, a size the bytes of 64 bits.
      """,
      bad: "fn big() -> Int { 99_999_999_999_999_999_999 }",
      good: "fn big() -> Int { 9_223_372_036_854_775_807 }"),
    CatalogueEntry(
      .blockStringLayout, "the lines of a `\"\"\"` string are laid out wrongly",
      """
      The text starts on the line after the opening `\"""`, and the closing `\"""` stands on a line of its own.
      Its indentation is removed from each line, so no line may have less.
      """,
      bad: "fn text() -> String {\n  \"\"\"one line\"\"\"\n}",
      good: "fn text() -> String {\n  \"\"\"\n  one line\n  \"\"\"\n}"),
    CatalogueEntry(
      .semicolon, "there is no `;`",
      """
      The end of a line ends a statement; entries in brackets are separated by commas.
      """,
      bad: "fn area(w: Int, h: Int) -> Int { w * h; }",
      good: "fn area(w: Int, h: Int) -> Int { w * h }"),
    CatalogueEntry(
      .foreignSpelling, "a spelling of another language",
      """
      There is one spelling of each operator: `&& || !`, `==`, `->`; nothing is `none`; there is no pipe operator
      but method chains, no `?:` but `if c { a } else { b }`.
      """,
      bad: "fn both(a: Bool, b: Bool) -> Bool { a and b }",
      good: "fn both(a: Bool, b: Bool) -> Bool { a && b }"),
    CatalogueEntry(
      .assignment, "`=` where `==`, `:` or `let` is meant",
      """
      `=` stands only where a name gets its value. `==` compares; arguments, fields and options are written
      `name: value`; a name is bound once, with `let`.
      """,
      bad: "fn same(a: Int, b: Int) -> Bool { (a = b) }",
      good: "fn same(a: Int, b: Int) -> Bool { (a == b) }"),
    CatalogueEntry(
      .missingComma, "a comma is missing between two entries",
      """
      In parentheses, brackets and the braces of a construction, of `row` and of `match`, line breaks mean nothing:
      entries are separated by commas. A trailing comma is allowed.
      """,
      bad: "fn some() -> List<Int> { [1 2] }",
      good: "fn some() -> List<Int> { [1, 2] }"),
    CatalogueEntry(
      .nameCase, "the first letter of a name has the wrong case",
      """
      The first letter is part of the syntax: an upper-case name is a type, a lower-case one a value, a field, a
      parameter, an enum's case, a function, a task or a pipeline.
      """,
      bad: "record order { id: Int }",
      good: "record Order { id: Int }"),
    CatalogueEntry(
      .reservedWord, "a reserved word as a name",
      """
      Only `if else match for in let fn try fail row true false none` are reserved; every other word may be a name.
      Behind a `.` and before a `:` even these may stand.
      """,
      bad: "fn next(row: Int) -> Int { 1 }",
      good: "fn next(line: Int) -> Int { 1 }"),
    CatalogueEntry(
      .lineBreak, "a line break, or its lack, in the wrong place",
      """
      A line break ends a statement unless the line can't end there, or the next begins with `.`, `?.`, an
      operator of two operands, `<-` or `else`. So `{`, `->` and `(` stay on the line of what they belong to, and
      two statements or declarations never share a line.
      """,
      bad: "fn one() -> Int\n{ 1 }",
      good: "fn one() -> Int { 1 }"),
    CatalogueEntry(
      .chainedOperator, "comparisons and ranges do not chain",
      """
      `a < b < c` and `1..2..3` have no meaning. Join two comparisons by `&&`.
      """,
      bad: "fn between(a: Int, x: Int, b: Int) -> Bool { a < x < b }",
      good: "fn between(a: Int, x: Int, b: Int) -> Bool { a < x && x < b }"),
    CatalogueEntry(
      .tooDeep, "an expression is nested too deeply",
      """
      Brackets, blocks and prefixes nest at most 256 levels, and a chain of calls or operators at most 512
      links. Bind parts of it with `let`, or move them into functions.
      """,
      bad: "fn deep() -> Int { " + String(repeating: "(", count: 300) + "1"
        + String(repeating: ")", count: 300) + " }",
      good: "fn deep() -> Int { (((1))) }"),
    CatalogueEntry(
      .unmatchedCloser, "a closing bracket that closes nothing",
      """
      There is no open bracket of this kind here. Remove it, or look for the opener that is missing before it.
      """,
      bad: "fn one() -> Int { 1) }",
      good: "fn one() -> Int { (1) }"),
    CatalogueEntry(
      .expectedDeclaration, "only declarations stand at top level",
      """
      A file holds `import`, `record`, `enum`, `type`, `label`, `fn`, `task`, `pipeline` and `test`. Statements stand
      inside a pipeline, expressions inside functions and statements.
      """,
      bad: "let limit = 10",
      good: "fn limit() -> Int { 10 }"),
    CatalogueEntry(
      .misplacedStatement, "a statement or clause that can't stand here",
      """
      A pipeline holds `from into let check discard reply run if for fail`, a `for` or `if` in it
      `let into check discard if for fail`, a test `given let expect`, and a task its clauses.
      """,
      bad: "pipeline p {\n  given a = 1\n}",
      good: "pipeline p {\n  let a = 1\n}"),
    CatalogueEntry(
      .blockShape, "a block is `let` bindings, then one expression",
      """
      The braces of a function, of a branch and of a lambda hold `let` bindings and then one expression, the
      block's value. There are no other statements in it, as an expression has no effect.
      """,
      bad: "fn next(x: Int) -> Int {\n  let y = x + 1\n}",
      good: "fn next(x: Int) -> Int {\n  let y = x + 1\n  y\n}"),
    CatalogueEntry(
      .quotes, "a string stands in straight double quotes",
      """
      There is one kind of quotes: `"`. Text of several lines stands between `\"""`.
      """,
      bad: "fn word() -> String { 'hello' }",
      good: "fn word() -> String { \"hello\" }"),
    CatalogueEntry(
      .emptyInterpolation, "an interpolation without an expression",
      """
      Braces in a string hold an expression. A brace as text is written `\\{`.
      """,
      bad: "fn empty() -> String { \"{}\" }",
      good: "fn empty() -> String { \"\\{}\" }"),
    CatalogueEntry(
      .unnamedField, "a value in a construction without a field",
      """
      In the braces of a construction and of `row` stand `field: value`, paths such as `o.id` (short for `id: o.id`),
      and `...x` for the fields of a value.
      """,
      bad: "fn pair(a: Int) -> Int { row { a + 1 }.sum }",
      good: "fn pair(a: Int) -> Int { row { sum: a + 1 }.sum }"),
    CatalogueEntry(
      .misplacedAnnotation, "an annotation in the wrong place",
      """
      A field's labels and annotations stand behind its type, on the same line. `@names` stands on the line before
      a record, `@was` on the line before a statement.
      """,
      bad: "record Order {\n  @key\n  id: Int\n}",
      good: "record Order {\n  id: Int @key\n}"),
    CatalogueEntry(
      .foreignComment, "a comment starts with `//`",
      """
      There is one kind of comment: from `//` to the end of the line. `///` documents the next declaration.
      """,
      bad: "# revenue\nfn one() -> Int { 1 }",
      good: "// revenue\nfn one() -> Int { 1 }"),
    CatalogueEntry(
      .doubleOptional, "a type is optional once",
      """
      `T?` is a value or `none`; there is no `T??`.
      """,
      bad: "record Note { text: String?? }",
      good: "record Note { text: String? }"),
  ]
}
