// N2xx names and imports.

extension Code {
  /// A name that nothing declares.
  public static let unknownName = Code("N201")
  /// A type that nothing declares.
  public static let unknownType = Code("N202")
  /// A type has no such field or function.
  public static let unknownMember = Code("N203")
  /// The second of two equal names.
  public static let duplicateName = Code("N204")
  /// A function that calls itself.
  public static let recursion = Code("N205")
  /// A record that contains itself.
  public static let recursiveRecord = Code("N206")
  /// An imported file that can't be had.
  public static let importUnreadable = Code("N207")
  /// Files that import each other.
  public static let importCycle = Code("N208")
  /// An imported file does not declare this.
  public static let notDeclared = Code("N209")
  /// A label that the function does not have.
  public static let unknownArgument = Code("N210")
  /// An annotation or label that does not exist.
  public static let unknownAnnotation = Code("N211")
  /// A name that belongs to the language.
  public static let languageName = Code("N212")
  /// A name used as what it is not.
  public static let otherKindOfName = Code("N213")
  /// A flow or group used as a value.
  public static let flowInExpression = Code("N214")
  /// An enum has no such case.
  public static let unknownCase = Code("N215")
}

extension Catalogue {
  static let names: [CatalogueEntry] = [
    CatalogueEntry(
      .unknownName, "a name is not known",
      """
      A name must be declared before it is used: as a parameter, by `let`, at the top level of the file,
      or in an import. A lambda's parameters are always named; there are no bare column names.
      """,
      bad: #"""
        record Order { id: Int, total: Decimal }
        fn doubled(order: Order) -> Decimal { total * 2 }
        """#,
      good: #"""
        record Order { id: Int, total: Decimal }
        fn doubled(order: Order) -> Decimal { order.total * 2 }
        """#),
    CatalogueEntry(
      .unknownType, "a type is not known",
      """
      A type is built in, declared in the file as a record, enum or distinct type, or imported.
      """,
      bad: #"""
        record Order { id: Integer }
        """#,
      good: #"""
        record Order { id: Int }
        """#),
    CatalogueEntry(
      .unknownMember, "a type has no such field or function",
      """
      The set of standard functions is closed, and a record has the fields that it declares.
      """,
      bad: #"""
        fn size(text: String) -> Int { text.length() }
        """#,
      good: #"""
        fn size(text: String) -> Int { text.len() }
        """#),
    CatalogueEntry(
      .duplicateName, "a name is declared twice",
      """
      Within a file, a record, an enum, a parameter list, a block or a construction every name stands
      once. The second is reported.
      """,
      bad: #"""
        record Order {
          id: Int
          id: String
        }
        """#,
      good: #"""
        record Order {
          id: Int
          name: String
        }
        """#),
    CatalogueEntry(
      .recursion, "a function calls itself",
      """
      Every expression ends, so no function may call itself, neither directly nor through others.
      """,
      bad: #"""
        fn sum_to(n: Int) -> Int { if n == 0 { 0 } else { n + sum_to(n - 1) } }
        """#,
      good: #"""
        fn sum_to(n: Int) -> Int { (1..n).sum() }
        """#),
    CatalogueEntry(
      .recursiveRecord, "a record contains itself",
      """
      A record is a fixed number of columns, so it cannot contain itself, not even in a list or through
      other records. Keep the key of the other record.
      """,
      bad: #"""
        record Person {
          id: Int
          boss: Person?
        }
        """#,
      good: #"""
        record Person {
          id: Int
          boss_id: Int?
        }
        """#),
    CatalogueEntry(
      .importUnreadable, "an imported file can't be read",
      """
      The path of an import is relative to the folder of the importing file.
      """,
      bad: #"""
        import "./missing.thal" { Order }
        """#,
      good: #"""
        // file: orders.thal
        record Order { id: Int }
        // file: main.thal
        import "./orders.thal" { Order }
        """#),
    CatalogueEntry(
      .importCycle, "files import each other",
      """
      Imports must not go round in a circle. Move what both files need into a third.
      """,
      bad: #"""
        // file: a.thal
        import "./b.thal" { B }
        record A { id: Int }
        // file: b.thal
        import "./a.thal" { A }
        record B { id: Int }
        """#,
      good: #"""
        // file: a.thal
        record A { id: Int }
        // file: b.thal
        import "./a.thal" { A }
        record B { id: Int }
        """#),
    CatalogueEntry(
      .notDeclared, "an imported file does not declare this name",
      """
      A file gives what it declares itself; what it imports it does not pass on. Pipelines are not
      imported.
      """,
      bad: #"""
        // file: orders.thal
        record Order { id: Int }
        // file: main.thal
        import "./orders.thal" { Orders }
        """#,
      good: #"""
        // file: orders.thal
        record Order { id: Int }
        // file: main.thal
        import "./orders.thal" { Order }
        """#),
    CatalogueEntry(
      .unknownArgument, "a function has no such argument",
      """
      A labelled argument names a parameter that has a default.
      """,
      bad: #"""
        fn scaled(x: Int, factor: Int = 2) -> Int { x * factor }
        fn tripled(x: Int) -> Int { scaled(x, facter: 3) }
        """#,
      good: #"""
        fn scaled(x: Int, factor: Int = 2) -> Int { x * factor }
        fn tripled(x: Int) -> Int { scaled(x, factor: 3) }
        """#),
    CatalogueEntry(
      .unknownAnnotation, "an annotation is not known",
      """
      Fields take `@key`, `@range`, `@pattern`, `@one_of`, `@name` and `@format`; `@names` stands before a
      record.
      """,
      bad: #"""
        record Person { age: Int @rang(0, 130) }
        """#,
      good: #"""
        record Person { age: Int @range(0, 130) }
        """#),
    CatalogueEntry(
      .languageName, "a declaration takes a name of the language",
      """
      Built-in types and the functions that are called by a bare name keep their names.
      """,
      bad: #"""
        record Table { id: Int }
        """#,
      good: #"""
        record Seat { id: Int }
        """#),
    CatalogueEntry(
      .otherKindOfName, "a name is used as what it is not",
      """
      A function is called, a record is constructed with braces, a type stands where a type is wanted.
      """,
      bad: #"""
        fn one() -> Int { 1 }
        fn two() -> Int { one * 2 }
        """#,
      good: #"""
        fn one() -> Int { 1 }
        fn two() -> Int { one() * 2 }
        """#),
    CatalogueEntry(
      .flowInExpression, "a flow or group is used as a value",
      """
      A flow is not a value that an expression can hold: other rows are brought in with a join, and a
      group gives its key and aggregates.
      """,
      bad: #"""
        record Sale { shop: String, total: Decimal }
        fn totals(sales: Flow<Sale>) -> Flow<Sale> { sales.aggregate(g -> Sale { shop: "all", total: g }) }
        """#,
      good: #"""
        record Sale { shop: String, total: Decimal }
        fn totals(sales: Flow<Sale>) -> Flow<Sale> {
          sales.group_by(s -> s.shop).aggregate(g -> Sale { shop: g.key, total: g.sum(s -> s.total) })
        }
        """#),
    CatalogueEntry(
      .unknownCase, "an enum has no such case",
      """
      The cases of an enum are those that it declares.
      """,
      bad: #"""
        enum Status { paid, open }
        fn is_done(status: Status) -> Bool { status == .payed }
        """#,
      good: #"""
        enum Status { paid, open }
        fn is_done(status: Status) -> Bool { status == .paid }
        """#),
  ]
}
