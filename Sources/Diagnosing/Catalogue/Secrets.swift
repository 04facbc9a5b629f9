// S70x secrets; C844 and C845, where their values are.

extension Code {
  /// A secret where none may be.
  public static let secretOutOfPlace = Code("S701")
  /// A secret in a text.
  public static let secretInText = Code("S702")
  /// A secret that is compared or computed with.
  public static let secretCompared = Code("S703")
  /// A type that would keep a secret.
  public static let secretType = Code("S704")
  /// `secret` without the name of one.
  public static let secretName = Code("S705")
  /// Something that everybody can read where a secret is wanted.
  public static let secretWanted = Code("S706")
  /// A secret that the profile in effect says nothing of.
  public static let unknownSecret = Code("C844")
  /// A variable or file of a secret that is not there.
  public static let missingSecret = Code("C845")
}

extension Catalogue {
  static let secrets: [CatalogueEntry] = [
    CatalogueEntry(
      .secretOutOfPlace, "a secret is stored or given a name",
      """
      A secret goes to a connector, a task's `env` or the `key:` of `hash`, nowhere else: it has no name, is
      in no list or row, and is given by no lambda.
      """,
      bad: """
        fn hashed(email: String) -> String {
          let key = secret("pepper")
          hash(email, key: key)
        }
        """,
      good: """
        fn hashed(email: String) -> String {
          hash(email, key: secret("pepper"))
        }
        """),
    CatalogueEntry(
      .secretInText, "a secret in a text",
      """
      What is put into a text can be printed, and a secret is never printed.
      """,
      bad: """
        task load(day: Date) -> Int {
          command "load {day}"
        }
        fn header() -> String { "Bearer {secret("token")}" }
        """,
      good: """
        task load(day: Date) -> Int {
          command "load {day}"
          env { TOKEN: secret("token") }
        }
        """),
    CatalogueEntry(
      .secretCompared, "a secret is compared",
      """
      Who can compare a secret with texts can find out what it is.
      """,
      bad: """
        fn is_ours(token: String) -> Bool { token == secret("token") }
        """,
      good: """
        fn digest(token: String) -> String { hash(token, key: secret("token")) }
        """),
    CatalogueEntry(
      .secretType, "something that would keep a secret",
      """
      No field, list, flow, `let`, result or task's parameter holds a secret. A function may take one as
      `Secret<String>`, to hand it on to `hash`.
      """,
      bad: """
        record Login { user: String, password: Secret<String> }
        """,
      good: """
        record Login { user: String }
        fn hashed(user: String, key: Secret<String>) -> String { hash(user, key: key) }
        """),
    CatalogueEntry(
      .secretName, "a secret without a name",
      """
      `secret("name")` names a secret; the profile says where it comes from. The name is a plain text, so
      that the secrets a pipeline needs are known before it runs.
      """,
      bad: """
        fn hashed(user: String, name: String) -> String { hash(user, key: secret(name)) }
        """,
      good: """
        fn hashed(user: String) -> String { hash(user, key: secret("pepper")) }
        """),
    CatalogueEntry(
      .secretWanted, "a plain value where a secret is wanted",
      """
      What stands in the file can be read by everybody who has it. A key, a password or a URL with one is a
      secret: the file has its name, the profile says where it comes from.
      """,
      bad: """
        fn hashed(user: String) -> String { hash(user, key: "1234") }
        """,
      good: """
        fn hashed(user: String) -> String { hash(user, key: secret("pepper")) }
        """),
    CatalogueEntry(
      .unknownSecret, "nobody says where a secret is",
      """
      `secret("name")` only names a secret. Where its value is, in a variable of the environment or in a file, is \
      said in `thalweg.yaml`, under `secrets:` of the profile that is in effect. Nothing was run.
      """, example: .command,
      bad: "thalweg run orders.thal              # no profile is in effect, or it has no secret `pg`",
      good: "thalweg run orders.thal --profile prod   # with `pg: { env: PG_URL }` under its `secrets:`"),
    CatalogueEntry(
      .missingSecret, "a secret has no value",
      """
      The profile says in which variable of the environment or in which file the secret is, and there is none, or \
      it is empty. Paths of files are relative to the folder of `thalweg.yaml`; a line feed at the end of a file \
      is not part of the secret. Nothing was run.
      """, example: .command,
      bad: "thalweg run orders.thal --profile prod",
      good: "PG_URL=postgresql://shop@db/shop thalweg run orders.thal --profile prod"),
  ]
}
