// C85x to C88x: the project file `thalweg.yaml`.

extension Code {
  /// YAML that can't be read.
  public static let malformedYAML = Code("C850")
  /// A line of YAML indented with tabs.
  public static let tabIndentation = Code("C851")
  /// Bytes that are no UTF-8, or characters that can't be printed.
  public static let yamlText = Code("C852")
  /// Too long, too many values, too deep.
  public static let yamlLimit = Code("C853")
  /// An anchor, an alias or a merge key.
  public static let sharedValue = Code("C854")
  /// A tag.
  public static let taggedValue = Code("C855")
  /// A second document.
  public static let secondDocument = Code("C856")
  /// A key that stands twice in a mapping.
  public static let duplicateKey = Code("C857")
  /// A key that is a list or a mapping.
  public static let keyIsNoText = Code("C858")
  /// A key that is not known.
  public static let unknownSetting = Code("C860")
  /// A value of another type.
  public static let wrongSettingType = Code("C861")
  /// A key that must be there.
  public static let missingSetting = Code("C862")
  /// A word that is not one of those asked for.
  public static let unknownSettingWord = Code("C863")
  /// A version of the file that this release does not read.
  public static let unsupportedVersion = Code("C864")
  /// A variable that is not set.
  public static let unsetVariable = Code("C865")
  /// A `$` that does not begin a variable.
  public static let malformedVariable = Code("C866")
  /// A secret that is not a reference to one place.
  public static let literalSecret = Code("C867")
  /// A profile, backend or pool that is not declared.
  public static let unknownReference = Code("C868")
  /// Profiles that extend each other.
  public static let profileCycle = Code("C869")
  /// A lint rule that is not there.
  public static let unknownRule = Code("C870")
  /// A number out of its bounds.
  public static let settingOutOfRange = Code("C871")
  /// A binding that can't be read.
  public static let bindingForm = Code("C872")
  /// A binding of something that no program has.
  public static let unknownBinding = Code("C875")
  /// An unbounded connector bound to a table.
  public static let bindingKind = Code("C876")
  /// No profile of the name on the command line.
  public static let unknownProfile = Code("C880")
  /// A profile is named where there is no project file.
  public static let noProject = Code("C881")
}

extension Catalogue {
  static let projectFile: [CatalogueEntry] = [
    CatalogueEntry(
      .malformedYAML, "this is not YAML",
      """
      The text can't be read as YAML. What stands behind is not looked at before this is mended. Most often text \
      with a `:` and a space, or a `#` behind a space, lacks quotes: a connector with options stands in single \
      quotes, or behind a `|` on the lines below.
      """, example: .settings,
      bad: """
        version: 1
        profiles:
          dev:
            bindings:
              report: stdout(format: table)
        """,
      good: """
        version: 1
        profiles:
          dev:
            bindings:
              report: 'stdout(format: table)'
        """),
    CatalogueEntry(
      .tabIndentation, "a line is indented with tabs",
      """
      In YAML the indentation says what belongs to what, and how wide a tab is depends on who looks at it. So it \
      is made of spaces only.
      """, example: .settings,
      bad: """
        version: 1
        lint:
        \tdeny: warnings
        """,
      good: """
        version: 1
        lint:
          deny: warnings
        """),
    CatalogueEntry(
      .yamlText, "the file is not readable text",
      """
      A project file is UTF-8, without characters that can't be printed. Nothing in it is read before this is \
      mended.
      """, example: .settings,
      bad: "version: 1 # \u{7F}",
      good: "version: 1 # the form of this file"),
    CatalogueEntry(
      .yamlLimit, "the file is too large",
      """
      A project file has at most 1 MiB, 50000 values, and 32 levels. Whatever is beyond that is no project file.
      """, example: .settings,
      bad: "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
      good: "version: 1"),
    CatalogueEntry(
      .sharedValue, "anchors and aliases are not read",
      """
      YAML can name a value with `&` and repeat it with `*` or `<<`. A project file does without: what a line says \
      is on that line. A profile takes over another one's settings with `extends`.
      """, example: .settings,
      bad: """
        version: 1
        profiles:
          dev: &base
            backend: local
          prod: *base
        """,
      good: """
        version: 1
        profiles:
          dev:
            backend: local
          prod:
            extends: dev
        """),
    CatalogueEntry(
      .taggedValue, "tags are not read",
      """
      What a value is follows from its key: `slots` holds a number, `image` text. So a tag has nothing to say. \
      Text that begins with a `!` stands in quotes.
      """, example: .settings,
      bad: """
        version: !!int 1
        """,
      good: """
        version: 1
        """),
    CatalogueEntry(
      .secondDocument, "the file holds a second document",
      """
      A line `---` ends a YAML document and starts another one. A project file is one document; what stands behind \
      would have no effect.
      """, example: .settings,
      bad: """
        version: 1
        ---
        lint: { deny: warnings }
        """,
      good: """
        version: 1
        lint: { deny: warnings }
        """),
    CatalogueEntry(
      .duplicateKey, "a key stands twice",
      """
      Two entries of a mapping have the same key. Most readers of YAML let the last one win; here neither does, \
      because one of them is not what its author thinks.
      """, example: .settings,
      bad: """
        version: 1
        profiles:
          dev: { backend: local }
          dev: {}
        """,
      good: """
        version: 1
        profiles:
          dev: { backend: local }
          test: {}
        """),
    CatalogueEntry(
      .keyIsNoText, "a key is not text",
      """
      YAML allows lists and mappings as keys; in a project file keys are names.
      """, example: .settings,
      bad: """
        version: 1
        pools:
          [gpu, cpu]: { slots: 4 }
        """,
      good: """
        version: 1
        pools:
          gpu: { slots: 4 }
          cpu: { slots: 4 }
        """),
    CatalogueEntry(
      .unknownSetting, "there is no such setting",
      """
      The key means nothing at its place. It is not ignored: it would look as if it had an effect.
      """, example: .settings,
      bad: """
        version: 1
        default_profil: dev
        profiles:
          dev: {}
        """,
      good: """
        version: 1
        default_profile: dev
        profiles:
          dev: {}
        """),
    CatalogueEntry(
      .wrongSettingType, "a setting has a value of another type",
      """
      The key wants text, a number, a list or a mapping, and the value is something else. Nothing is converted.
      """, example: .settings,
      bad: """
        version: 1
        pools:
          gpu: { slots: many }
        """,
      good: """
        version: 1
        pools:
          gpu: { slots: 4 }
        """),
    CatalogueEntry(
      .missingSetting, "a setting is missing",
      """
      The key has no default, so the file has to say it. `version` says which form of the project file is meant, so \
      that a later release can read an older file.
      """, example: .settings,
      bad: """
        version: 1
        backends:
          cluster: { namespace: data }
        """,
      good: """
        version: 1
        backends:
          cluster: { kind: kubernetes, namespace: data }
        """),
    CatalogueEntry(
      .unknownSettingWord, "a setting has a word that is not known",
      """
      The key takes one of a few words, and this is none of them.
      """, example: .settings,
      bad: """
        version: 1
        backends:
          cluster: { kind: kubernets }
        """,
      good: """
        version: 1
        backends:
          cluster: { kind: kubernetes }
        """),
    CatalogueEntry(
      .unsupportedVersion, "the file has another version",
      """
      `version` names the form of the project file, not of the project. This release reads version 1.
      """, example: .settings,
      bad: "version: 2",
      good: "version: 1"),
    CatalogueEntry(
      .unsetVariable, "a variable is not set",
      """
      `${NAME}` stands for a variable of the environment, and there is none of that name. Variables of a profile \
      are needed only where the profile is in effect. `${NAME:-default}` says what stands for it otherwise.
      """, example: .settings,
      bad: """
        version: 1
        backends:
          cluster: { kind: ray, address: "${RAY_ADDRESS}" }
        """,
      good: """
        version: 1
        backends:
          cluster: { kind: ray, address: "${RAY_ADDRESS:-localhost:10001}" }
        """),
    CatalogueEntry(
      .malformedVariable, "a `$` begins no variable",
      """
      A `$` in a value begins `${NAME}` or `${NAME:-default}`. A dollar sign itself is written `$$`.
      """, example: .settings,
      bad: """
        version: 1
        backends:
          cluster: { kind: slurm, partition: big$ }
        """,
      good: """
        version: 1
        backends:
          cluster: { kind: slurm, partition: big$$ }
        """),
    CatalogueEntry(
      .literalSecret, "a secret stands in the file",
      """
      A project file is kept with the programs, so a secret has no place in it: the file says where the secret is. \
      That is one place: a variable of the environment, or a file that is kept elsewhere.
      """, example: .settings,
      bad: """
        version: 1
        profiles:
          prod:
            secrets:
              warehouse: hunter2
        """,
      good: """
        version: 1
        profiles:
          prod:
            secrets:
              warehouse: { env: WAREHOUSE_URL }
        """),
    CatalogueEntry(
      .unknownReference, "a name is not declared",
      """
      A profile names a backend, a pool or another profile that the file does not declare. The backend `local` is \
      there without being declared.
      """, example: .settings,
      bad: """
        version: 1
        default_profile: develop
        profiles:
          dev: {}
        """,
      good: """
        version: 1
        default_profile: dev
        profiles:
          dev: {}
        """),
    CatalogueEntry(
      .profileCycle, "profiles extend each other",
      """
      A profile takes over what it does not say itself from the one it extends. Where that leads back to itself, \
      there is nothing to start from.
      """, example: .settings,
      bad: """
        version: 1
        profiles:
          dev: { extends: prod }
          prod: { extends: dev }
        """,
      good: """
        version: 1
        profiles:
          dev: {}
          prod: { extends: dev }
        """),
    CatalogueEntry(
      .unknownRule, "there is no such lint rule",
      """
      The levels of lint rules are set by their codes or names, such as `L904`.
      """, example: .settings,
      bad: """
        version: 1
        lint:
          rules: { L000: off }
        """,
      good: """
        version: 1
        lint:
          rules: {}
        """),
    CatalogueEntry(
      .settingOutOfRange, "a number is out of its bounds",
      """
      The key takes a number within bounds, which the message names.
      """, example: .settings,
      bad: """
        version: 1
        pools:
          gpu: { slots: 0 }
        """,
      good: """
        version: 1
        pools:
          gpu: { slots: 1 }
        """),
    CatalogueEntry(
      .bindingForm, "a binding can't be read",
      """
      A binding is named after the `from` or `into` that it is for: `orders` in every pipeline that has it, \
      `daily.orders` in the pipeline `daily`. Its value is a connector in the syntax of the language, as it would \
      stand in the program, without escapes of YAML.
      """, example: .settings,
      bad: """
        version: 1
        profiles:
          dev:
            bindings:
              orders: "csv(\\"orders.csv\\")"
        """,
      good: """
        version: 1
        profiles:
          dev:
            bindings:
              orders: csv("orders.csv")
        """),
    CatalogueEntry(
      .unknownBinding, "a binding is for nothing",
      """
      The project has no pipeline of the name, or no `from` or `into` of it. The binding is not ignored: it would \
      look as if the pipeline read or wrote elsewhere.
      """,
      bad: """
        // file: thalweg.yaml
        version: 1
        profiles:
          dev:
            bindings:
              ordres: csv("samples/orders.csv")
        // file: daily.thal
        record Order { id: Int }
        pipeline daily {
          from orders: Table<Order> = csv("orders.csv")
          into report = csv("report.csv") <- orders
        }
        """,
      good: """
        // file: thalweg.yaml
        version: 1
        profiles:
          dev:
            bindings:
              orders: csv("samples/orders.csv")
        // file: daily.thal
        record Order { id: Int }
        pipeline daily {
          from orders: Table<Order> = csv("orders.csv")
          into report = csv("report.csv") <- orders
        }
        """),
    CatalogueEntry(
      .bindingKind, "a binding gives another kind of flow",
      """
      A profile may bind a bounded connector to a `Stream`, so that a stream can be tried on a table: then the \
      pipeline is a batch. It may not bind an unbounded connector to a `Table`: what needs all rows would never \
      come to an end. And a `Request` is a request in every profile.
      """,
      bad: """
        // file: thalweg.yaml
        version: 1
        default_profile: live
        profiles:
          live:
            bindings:
              orders: 'kafka("orders", group: "daily")'
        // file: daily.thal
        record Order { id: Int }
        pipeline daily {
          from orders: Table<Order> = csv("orders.csv")
          into report = csv("report.csv") <- orders
        }
        """,
      good: """
        // file: thalweg.yaml
        version: 1
        default_profile: live
        profiles:
          live:
            bindings:
              orders: csv("live/orders.csv")
        // file: daily.thal
        record Order { id: Int }
        pipeline daily {
          from orders: Table<Order> = csv("orders.csv")
          into report = csv("report.csv") <- orders
        }
        """),
    CatalogueEntry(
      .unknownProfile, "there is no such profile",
      """
      The name behind `--profile` is not that of a profile in `thalweg.yaml`.
      """, example: .command,
      bad: "thalweg run revenue.thal --profile prdo",
      good: "thalweg run revenue.thal --profile prod"),
    CatalogueEntry(
      .noProject, "there is no project file",
      """
      Profiles are declared in a file `thalweg.yaml`, which is looked for in the folder of the program and in those \
      above it, as far as the root of the repository. None was found.
      """, example: .command,
      bad: "thalweg check revenue.thal --profile prod     # without a thalweg.yaml",
      good: "thalweg check revenue.thal"),
  ]
}
