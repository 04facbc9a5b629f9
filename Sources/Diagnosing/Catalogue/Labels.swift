// S7xx secrets and labels. S701-S709 are of secrets, S710 onwards of labels.

extension Code {
  /// A label that is not declared here.
  public static let unknownLabel = Code("S710")
  /// The name of a label, or what stands behind it.
  public static let labelName = Code("S711")
  /// A label twice on one type or in one list.
  public static let repeatedLabel = Code("S712")
  /// `declassify` without `unlabels`, or the reverse.
  public static let declassify = Code("S713")
  /// `unlabels` of what no parameter has.
  public static let unlabelsNothing = Code("S714")
  /// A labelled value in a field without the label.
  public static let fieldWithoutLabel = Code("S720")
  /// A labelled value as a result without the label.
  public static let resultWithoutLabel = Code("S721")
  /// A labelled value under a type that is written without the label.
  public static let bindingWithoutLabel = Code("S722")
  /// A labelled value into a sink that does not allow it.
  public static let sinkNotAllowed = Code("S730")
  /// A labelled value into a reply that does not allow it.
  public static let replyNotAllowed = Code("S731")
  /// A labelled value into a task that does not allow it.
  public static let argumentNotAllowed = Code("S732")
  /// A labelled value in a path, a topic, a name.
  public static let labelInPlace = Code("S740")
  /// A labelled value in the text of a failure.
  public static let labelInText = Code("S741")
}

extension Catalogue {
  static let labels: [CatalogueEntry] = [
    CatalogueEntry(
      .unknownLabel, "no such label",
      """
      `pii` is built in; another label is declared at top level, or imported from the file that declares it.
      """,
      bad: """
        label health
        fn text(code: String @helth) -> String @health { code }
        """,
      good: """
        label health
        fn text(code: String @health) -> String @health { code }
        """),
    CatalogueEntry(
      .labelName, "the name of a label",
      """
      A label stands behind a type like an annotation: it needs a name that no annotation has, and takes no \
      arguments.
      """,
      bad: """
        label key
        """,
      good: """
        label internal
        """),
    CatalogueEntry(
      .repeatedLabel, "a label twice",
      """
      A type carries a label or not.
      """,
      bad: """
        fn same(text: String @pii @pii) -> String @pii { text }
        """,
      good: """
        fn same(text: String @pii) -> String @pii { text }
        """),
    CatalogueEntry(
      .declassify, "declassify and unlabels",
      """
      A function that takes labels off says so twice, so that whoever reads it sees it: `declassify` before \
      `fn` or `task`, and `unlabels` with the labels behind the result.
      """,
      bad: """
        declassify fn domain(email: String @pii) -> String @pii { email.lower() }
        """,
      good: """
        declassify fn domain(email: String @pii) -> String unlabels pii { email.lower() }
        """),
    CatalogueEntry(
      .unlabelsNothing, "nothing to take off",
      """
      `unlabels` names labels that a parameter has.
      """,
      bad: """
        declassify fn domain(email: String) -> String unlabels pii { email.lower() }
        """,
      good: """
        declassify fn domain(email: String @pii) -> String unlabels pii { email.lower() }
        """),
    CatalogueEntry(
      .fieldWithoutLabel, "a field without the label",
      """
      A value may stand where more labels are allowed, never fewer. A field holds what its type says: label \
      it too, or mask what goes into it.
      """,
      bad: """
        record Person { name: String, email: String @pii }
        record Contact { name: String, address: String }
        fn contact(p: Person) -> Contact { Contact { p.name, address: p.email } }
        """,
      good: """
        record Person { name: String, email: String @pii }
        record Contact { name: String, address: String @pii }
        fn contact(p: Person) -> Contact { Contact { p.name, address: p.email } }
        """),
    CatalogueEntry(
      .resultWithoutLabel, "a result without the label",
      """
      What is computed from a labelled value is labelled. A result says which of the labels of the \
      parameters it carries; what a call brings besides goes onto the result by itself.
      """,
      bad: """
        record Person { name: String, email: String @pii }
        fn greeting(p: Person) -> String { "Dear {p.email}" }
        """,
      good: """
        record Person { name: String, email: String @pii }
        fn greeting(p: Person) -> String @pii { "Dear {p.email}" }
        """),
    CatalogueEntry(
      .bindingWithoutLabel, "a type without the label",
      """
      A type that is written behind a name must have room for the labels of what the name is given.
      """,
      bad: """
        fn greeting(email: String @pii) -> String @pii {
          let text: String = "Dear {email}"
          text
        }
        """,
      good: """
        fn greeting(email: String @pii) -> String @pii {
          let text: String @pii = "Dear {email}"
          text
        }
        """),
    CatalogueEntry(
      .sinkNotAllowed, "a labelled value into a sink",
      """
      What carries a label does not leave the pipeline unless the sink says so. Mask the value, hash it, drop \
      the column, or open the sink: `allow: [pii]`.
      """,
      bad: """
        record Person { name: String, email: String @pii }
        pipeline p {
          from people: Table<Person> = csv("people.csv")
          into out = csv("out.csv") <- people
        }
        """,
      good: """
        record Person { name: String, email: String @pii }
        pipeline p {
          from people: Table<Person> = csv("people.csv")
          into out = csv("out.csv") <- people.map(p -> row { p.name })
        }
        """),
    CatalogueEntry(
      .replyNotAllowed, "a labelled value into a reply",
      """
      What carries a label does not go back to the caller unless the reply says so.
      """,
      bad: """
        record Order { id: Int, email: String @pii }
        pipeline p {
          from orders: Request<Order> = http(post, "/orders")
          reply orders
        }
        """,
      good: """
        record Order { id: Int, email: String @pii }
        pipeline p {
          from orders: Request<Order> = http(post, "/orders")
          reply orders allow [pii]
        }
        """),
    CatalogueEntry(
      .argumentNotAllowed, "a labelled value into a task",
      """
      A task is work outside of the language: what it does with a value nobody checks. It takes what carries \
      a label only with a line `allow`, and its result carries the labels of its arguments.
      """,
      bad: """
        record Doc { id: Int, text: String @pii }
        task size(text: String) -> Int {
          python "text.py:size"
          effect pure
        }
        pipeline p {
          from docs: Table<Doc> = csv("docs.csv")
          into out = csv("out.csv") <- docs.map(d -> row { n: size(d.text) })
        }
        """,
      good: """
        record Doc { id: Int, text: String @pii }
        task size(text: String) -> Int {
          python "text.py:size"
          effect pure
          allow [pii]
        }
        pipeline p {
          from docs: Table<Doc> = csv("docs.csv")
          into out = csv("out.csv", allow: [pii]) <- docs.map(d -> row { n: size(d.text) })
        }
        """),
    CatalogueEntry(
      .labelInPlace, "a labelled value in a path or name",
      """
      Paths, topics and names of datasets show in plans, logs and listings. Nothing that carries a label may \
      stand in them.
      """,
      bad: """
        record Order { id: Int }
        pipeline p(customer: String @pii) {
          from orders: Table<Order> = csv("orders-{customer}.csv")
          into out = csv("out.csv") <- orders
        }
        """,
      good: """
        record Order { id: Int }
        pipeline p(region: String) {
          from orders: Table<Order> = csv("orders-{region}.csv")
          into out = csv("out.csv") <- orders
        }
        """),
    CatalogueEntry(
      .labelInText, "a labelled value in the text of a failure",
      """
      The text of a failure that stops a run shows in its report and in logs. Leave the value out, mask it, \
      or cover the failure.
      """,
      bad: """
        record Person { name: String, email: String @pii }
        pipeline p {
          from people: Table<Person> = csv("people.csv")
          let known = people.map(p -> if p.name == "" { fail("no name: {p.email}") } else { row { p.name } })
          into out = csv("out.csv") <- known
        }
        """,
      good: """
        record Person { name: String, email: String @pii }
        pipeline p {
          from people: Table<Person> = csv("people.csv")
          let known = people.map(p -> if p.name == "" { fail("a person has no name") } else { row { p.name } })
          into out = csv("out.csv") <- known
        }
        """),
  ]
}
