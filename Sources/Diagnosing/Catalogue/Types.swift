// T3xx types.

extension Code {
  /// Another type than the one wanted.
  public static let mismatch = Code("T301")
  /// A number literal that does not fit its type.
  public static let numberOutOfRange = Code("T302")
  /// An operator between types that have none.
  public static let operatorUndefined = Code("T303")
  /// Values without an order or an equality.
  public static let notComparable = Code("T304")
  /// Parts of different types.
  public static let branchesDiffer = Code("T305")
  /// A literal whose type nothing says.
  public static let needsContext = Code("T306")
  /// An interpolated value without a text.
  public static let noText = Code("T307")
  /// Arguments that do not fit the parameters.
  public static let wrongArguments = Code("T308")
  /// A lambda out of place, or missing.
  public static let lambdaMisused = Code("T309")
  /// A construction without all fields.
  public static let missingFields = Code("T310")
  /// Braces behind a type that is no record.
  public static let constructionOfNoRecord = Code("T311")
  /// A `...` that brings nothing fitting.
  public static let badSpread = Code("T312")
  /// A `match` without an arm for some values.
  public static let notExhaustive = Code("T313")
  /// A pattern that is never reached.
  public static let unreachablePattern = Code("T314")
  /// A pattern that does not fit the subject.
  public static let badPattern = Code("T315")
  /// An `if` as a value without `else`.
  public static let ifWithoutElse = Code("T316")
  /// An annotation that does not fit its field.
  public static let badAnnotation = Code("T317")
  /// Something computed where a constant is wanted.
  public static let notConstant = Code("T318")
  /// A type written wrongly.
  public static let badType = Code("T319")
  /// A flow's type where a value's is wanted, or the reverse.
  public static let flowAsValueType = Code("T320")
  /// A distinct type of something else than a scalar.
  public static let distinctOfNoScalar = Code("T321")
  /// A regular expression out of place, or missing.
  public static let regexMisused = Code("T322")
  /// A literal that spells nothing of its type.
  public static let badLiteral = Code("T323")
  /// A function without its call, or a field with one.
  public static let callForm = Code("T324")
  /// A function of lists whose elements it can't take.
  public static let elementDoesNotFit = Code("T325")
  /// What a field's annotations say excludes each other.
  public static let contradiction = Code("T338")
}

extension Catalogue {
  static let types: [CatalogueEntry] = [
    CatalogueEntry(
      .mismatch, "a value has another type than the one wanted",
      """
      `T` may stand where `T?` is asked for; nothing else converts by itself. Numbers convert with
      `.to_float()`, `.to_decimal()` and `.to_int()`, texts with `.to_int()` and its kin, a distinct type
      gives its raw value with `.raw`.
      """,
      bad: #"""
        fn name(id: Int) -> String { id }
        """#,
      good: #"""
        fn name(id: Int) -> String { "number {id}" }
        """#),
    CatalogueEntry(
      .numberOutOfRange, "a number does not fit its type",
      """
      A literal takes the numeric type of its context, and must be exact in it: an `Int` has 64 bits and
      no point, a `Decimal` 20 digits before the point and 18 after it.
      """,
      bad: #"""
        fn half(x: Int) -> Int { x * 0.5 }
        """#,
      good: #"""
        fn half(x: Int) -> Float { x.to_float() * 0.5 }
        """#),
    CatalogueEntry(
      .operatorUndefined, "an operator is not defined for these types",
      """
      Arithmetic does not mix kinds of numbers; `+` is for numbers and times, strings interpolate. A
      comparison needs one type on both sides.
      """,
      bad: #"""
        fn total(price: Decimal, count: Int) -> Decimal { price * count }
        """#,
      good: #"""
        fn total(price: Decimal, count: Int) -> Decimal { price * count.to_decimal() }
        """#),
    CatalogueEntry(
      .notComparable, "values can't be compared",
      """
      Numbers, strings, times, enums and distinct types of these have an order. Lists, records, maps and
      `Json` have only `==`.
      """,
      bad: #"""
        fn newer(a: List<Int>, b: List<Int>) -> Bool { a < b }
        """#,
      good: #"""
        fn newer(a: List<Int>, b: List<Int>) -> Bool { a.len() < b.len() }
        """#),
    CatalogueEntry(
      .branchesDiffer, "the parts of an expression give different types",
      """
      The branches of `if` and `match`, both sides of `else` and `??`, and the elements of a list must
      give one type; `T` and `none` join to `T?`.
      """,
      bad: #"""
        fn describe(n: Int) -> String {
          let words = if n == 1 { "one" } else { n }
          "{words}"
        }
        """#,
      good: #"""
        fn describe(n: Int) -> String {
          let words = if n == 1 { "one" } else { "{n}" }
          "{words}"
        }
        """#),
    CatalogueEntry(
      .needsContext, "nothing says what type a literal has",
      """
      `none`, `[]` and `.case` take their type from where they stand. A `let` can give it.
      """,
      bad: #"""
        fn count() -> Int {
          let xs = []
          xs.len()
        }
        """#,
      good: #"""
        fn count() -> Int {
          let xs: List<Int> = []
          xs.len()
        }
        """#),
    CatalogueEntry(
      .noText, "a value has no text of its own",
      """
      Scalars, enums and distinct types have a text. Lists, records and `Json` are written with
      `json.encode(x)`.
      """,
      bad: #"""
        fn label(tags: List<String>) -> String { "tags: {tags}" }
        """#,
      good: #"""
        fn label(tags: List<String>) -> String { "tags: {tags.join(", ")}" }
        """#),
    CatalogueEntry(
      .wrongArguments, "a call has the wrong arguments",
      """
      Parameters without a default are given by position, those with one by name.
      """,
      bad: #"""
        fn scaled(x: Int, factor: Int = 2) -> Int { x * factor }
        fn tripled(x: Int) -> Int { scaled(x, 3) }
        """#,
      good: #"""
        fn scaled(x: Int, factor: Int = 2) -> Int { x * factor }
        fn tripled(x: Int) -> Int { scaled(x, factor: 3) }
        """#),
    CatalogueEntry(
      .lambdaMisused, "a lambda is out of place, or missing",
      """
      A lambda stands as the argument of an operator or of a list's function, with as many parameters as
      that asks for. Functions are not values: write `x -> f(x)`.
      """,
      bad: #"""
        fn doubled(x: Int) -> Int { x * 2 }
        fn all_doubled(xs: List<Int>) -> List<Int> { xs.map(doubled) }
        """#,
      good: #"""
        fn doubled(x: Int) -> Int { x * 2 }
        fn all_doubled(xs: List<Int>) -> List<Int> { xs.map(x -> doubled(x)) }
        """#),
    CatalogueEntry(
      .missingFields, "a construction leaves fields out",
      """
      A construction names every field that has no default, also those that may be absent.
      """,
      bad: #"""
        record Point { x: Int, y: Int }
        fn origin() -> Point { Point { x: 0 } }
        """#,
      good: #"""
        record Point { x: Int, y: Int }
        fn origin() -> Point { Point { x: 0, y: 0 } }
        """#),
    CatalogueEntry(
      .constructionOfNoRecord, "a type that is no record is constructed",
      """
      Only records have fields to set. A distinct type wraps with parentheses, an enum's case stands
      alone.
      """,
      bad: #"""
        type PersonId = Int
        fn first() -> PersonId { PersonId { raw: 1 } }
        """#,
      good: #"""
        type PersonId = Int
        fn first() -> PersonId { PersonId(1) }
        """#),
    CatalogueEntry(
      .badSpread, "`...` does not fit",
      """
      `...x` stands first in a construction; `x` is a record or row, and gives the fields that the target
      declares and that are not named.
      """,
      bad: #"""
        record Point { x: Int, y: Int }
        fn moved(p: Point) -> Point { Point { x: 1, ...p } }
        """#,
      good: #"""
        record Point { x: Int, y: Int }
        fn moved(p: Point) -> Point { Point { ...p, x: 1 } }
        """#),
    CatalogueEntry(
      .notExhaustive, "a `match` does not cover every value",
      """
      Every value needs an arm: each case of an enum, `true` and `false`, `none` where the value may be
      absent, `else` for anything else.
      """,
      bad: #"""
        enum Status { paid, open, refunded }
        fn weight(status: Status) -> Int { match status { .paid -> 1, .open -> 2 } }
        """#,
      good: #"""
        enum Status { paid, open, refunded }
        fn weight(status: Status) -> Int { match status { .paid -> 1, .open | .refunded -> 2 } }
        """#),
    CatalogueEntry(
      .unreachablePattern, "a pattern is never reached",
      """
      Arms are tried in order. A pattern whose values are all taken before it is a mistake.
      """,
      bad: #"""
        enum Status { paid, open }
        fn weight(status: Status) -> Int { match status { .paid -> 1, .open -> 2, else -> 3 } }
        """#,
      good: #"""
        enum Status { paid, open }
        fn weight(status: Status) -> Int { match status { .paid -> 1, .open -> 2 } }
        """#),
    CatalogueEntry(
      .badPattern, "a pattern does not fit what is matched",
      """
      A pattern is a literal or case of the subject's type, `none`, a name for the present value, or
      `else`. The last two stand alone.
      """,
      bad: #"""
        fn weight(size: Int) -> Int { match size { "small" -> 1, else -> 2 } }
        """#,
      good: #"""
        fn weight(size: String) -> Int { match size { "small" -> 1, else -> 2 } }
        """#),
    CatalogueEntry(
      .ifWithoutElse, "an `if` has no `else`",
      """
      An `if` in an expression gives a value in every case.
      """,
      bad: #"""
        fn sign(x: Int) -> Int { if x < 0 { -1 } }
        """#,
      good: #"""
        fn sign(x: Int) -> Int { if x < 0 { -1 } else { 1 } }
        """#),
    CatalogueEntry(
      .badAnnotation, "an annotation does not fit",
      """
      Each annotation is checked against the type of its field: `@range` needs an order, `@pattern` a
      `String`, `@format` a `Date` or `Timestamp`, `@key` a key type.
      """,
      bad: #"""
        record Person { age: Int @pattern(re"[0-9]+") }
        """#,
      good: #"""
        record Person { age: Int @range(0, 130) }
        """#),
    CatalogueEntry(
      .notConstant, "a default is not a constant",
      """
      Defaults and the bounds of annotations are constants: literals, cases, lists, maps and records of
      these, distinct types around these, `date(\"...\")` and its kin.
      """,
      bad: #"""
        fn base() -> Int { 2 }
        fn scaled(x: Int, factor: Int = base()) -> Int { x * factor }
        """#,
      good: #"""
        fn scaled(x: Int, factor: Int = 2) -> Int { x * factor }
        """#),
    CatalogueEntry(
      .badType, "a type is written wrongly",
      """
      `List<T>` takes one type, `Map<String, T>` two, `Vector<384>` its length. Records and enums have at
      least one field or case.
      """,
      bad: #"""
        record Order { tags: List }
        """#,
      good: #"""
        record Order { tags: List<String> }
        """#),
    CatalogueEntry(
      .flowAsValueType, "a flow is no value",
      """
      `Table`, `Stream`, `Request` and `Flow` are the types of flows: of sources, and of the parameters
      and the result of functions over flows. Fields, lists and plain functions hold values.
      """,
      bad: #"""
        record Order { lines: Table<String> }
        """#,
      good: #"""
        record Order { lines: List<String> }
        """#),
    CatalogueEntry(
      .distinctOfNoScalar, "a distinct type wraps no scalar",
      """
      `type Name = T` makes a new type of the values of a scalar `T`.
      """,
      bad: #"""
        type Tags = List<String>
        """#,
      good: #"""
        type Tag = String
        """#),
    CatalogueEntry(
      .regexMisused, "a regular expression is out of place, or missing",
      """
      `re\"...\"` is compiled with the file, so it stands only where one is asked for: in `matches`,
      `capture` and `@pattern`.
      """,
      bad: #"""
        fn is_code(text: String) -> Bool { text.matches("[A-Z]+") }
        """#,
      good: #"""
        fn is_code(text: String) -> Bool { text.matches(re"[A-Z]+") }
        """#),
    CatalogueEntry(
      .badLiteral, "a literal is broken",
      """
      `date(\"...\")`, `timestamp(\"...\")`, `uuid(\"...\")` and regular expressions take literals, which
      are checked with the file.
      """,
      bad: #"""
        fn start() -> Date { date("2026-02-30") }
        """#,
      good: #"""
        fn start() -> Date { date("2026-02-28") }
        """#),
    CatalogueEntry(
      .callForm, "a function is not called, or a field is",
      """
      A function is called with parentheses, also without arguments; a field has none. The functions of a
      distinct type are those of its raw value.
      """,
      bad: #"""
        fn size(text: String) -> Int { text.len }
        """#,
      good: #"""
        fn size(text: String) -> Int { text.len() }
        """#),
    CatalogueEntry(
      .elementDoesNotFit, "the elements of a list do not fit the function",
      """
      `sum` needs numbers, `sort` something with an order, `join` strings.
      """,
      bad: #"""
        fn total(words: List<String>) -> Int { words.sum().len() }
        """#,
      good: #"""
        fn total(words: List<String>) -> Int { words.map(w -> w.len()).sum() }
        """#),
    CatalogueEntry(
      .contradiction, "a field contradicts itself",
      """
      A default, and each value of `@one_of`, fulfils the field's other constraints: else it could never be
      used.
      """,
      bad: """
        record Person { age: Int @range(0, 130) = 200 }
        """,
      good: """
        record Person { age: Int @range(0, 130) = 20 }
        """),
  ]
}
