// C8xx configuration and the environment.

extension Code {
  /// A file or folder can't be read.
  public static let unreadableFile = Code("C801")
  /// No `.thal` file where one was looked for.
  public static let noPrograms = Code("C802")
  /// The file has no pipeline of that name.
  public static let unknownPipeline = Code("C803")
  /// The file has several pipelines and none is named.
  public static let unnamedPipeline = Code("C804")
  /// The file has no pipeline.
  public static let noPipeline = Code("C805")
  /// The pipeline has no parameter of that name.
  public static let unknownParameter = Code("C806")
  /// A parameter without default is not given.
  public static let missingParameter = Code("C807")
  /// A parameter's value is not of its type.
  public static let wrongParameterValue = Code("C808")
  /// A parameter is given twice.
  public static let repeatedParameter = Code("C809")
  /// `-p` without `NAME=VALUE`, or of a type that has no text.
  public static let malformedParameter = Code("C810")
  /// The store of runs can't be used.
  public static let unusableStore = Code("C811")
  /// There is no such run.
  public static let unknownRun = Code("C812")
  /// The process that ran it is gone.
  public static let lostRun = Code("C813")
  /// There is no such code.
  public static let unknownCode = Code("C814")
  /// A source can't be opened or read.
  public static let unreadableSource = Code("C815")
  /// A sink can't be opened, written or published.
  public static let unwritableSink = Code("C816")
  /// Two sinks write one file, or a source reads what a sink writes.
  public static let sharedTarget = Code("C817")
  /// The backend can't run this plan.
  public static let backendLacks = Code("C818")
  /// A run can't go on where it stopped.
  public static let notResumable = Code("C898")
  /// A service can't listen at an address.
  public static let unusableAddress = Code("C835")
  /// Services that can't be served together.
  public static let clashingServices = Code("C836")
  /// The store of artifacts can't be used.
  public static let unusableArtifacts = Code("C837")
  /// The state of a stream can't be written or read back.
  public static let unwritableCheckpoint = Code("C896")
}

extension Catalogue {
  static let configuration: [CatalogueEntry] = [
    CatalogueEntry(
      .unreadableFile, "a file can't be read",
      """
      The file or folder is not there, or may not be read. Paths on the command line are relative to the current \
      folder; a folder is searched for files that end in `.thal`.
      """, example: .command,
      bad: "thalweg check revenu.thal",
      good: "thalweg check revenue.thal"),
    CatalogueEntry(
      .noPrograms, "there is no program here",
      """
      A folder was searched for files that end in `.thal`, and none was found. Hidden folders, `.build` and \
      `.thalweg` are not searched.
      """, example: .command,
      bad: "thalweg check data",
      good: "thalweg check pipelines"),
    CatalogueEntry(
      .unknownPipeline, "the file has no such pipeline",
      """
      The name behind the file is not that of a pipeline which the file declares. Pipelines of imported files are \
      not meant: name the file that declares them.
      """, example: .command,
      bad: "thalweg run revenue.thal dayly",
      good: "thalweg run revenue.thal daily"),
    CatalogueEntry(
      .unnamedPipeline, "several pipelines, and none named",
      """
      The file declares more than one pipeline, so the command must say which one is meant. None is a default: \
      which one runs should not depend on the order in the file.
      """, example: .command,
      bad: "thalweg run revenue.thal",
      good: "thalweg run revenue.thal daily"),
    CatalogueEntry(
      .noPipeline, "the file has no pipeline",
      """
      The file declares types and functions, but nothing that could run. Perhaps another file imports it and \
      declares the pipeline.
      """, example: .command,
      bad: "thalweg run types.thal",
      good: "thalweg run revenue.thal"),
    CatalogueEntry(
      .unknownParameter, "the pipeline has no such parameter",
      """
      A value was given for a parameter that the pipeline does not declare. It is not ignored: it would look as \
      if it had an effect.
      """, example: .command,
      bad: "thalweg run revenue.thal -p dai=2026-01-31",
      good: "thalweg run revenue.thal -p day=2026-01-31"),
    CatalogueEntry(
      .missingParameter, "a parameter has no value",
      """
      The pipeline declares a parameter without a default, so every run has to say its value: `-p NAME=VALUE`, \
      once for each such parameter.
      """, example: .command,
      bad: "thalweg run revenue.thal",
      good: "thalweg run revenue.thal -p day=2026-01-31"),
    CatalogueEntry(
      .wrongParameterValue, "a parameter's value does not fit its type",
      """
      Values on the command line are read as their parameter's type wants them: `Int` and `Decimal` as digits, \
      `Bool` as `true` or `false`, `Date` as `2026-01-31`, `Timestamp` as `2026-01-31T08:00:00Z`, `Duration` as \
      `90s`, an enum by the name of its case, `String` as it stands. `none` is the absent value of an optional \
      parameter.
      """, example: .command,
      bad: "thalweg run revenue.thal -p day=yesterday",
      good: "thalweg run revenue.thal -p day=2026-01-31"),
    CatalogueEntry(
      .repeatedParameter, "a parameter is given twice",
      """
      Two `-p` give a value to one parameter. Neither wins: it is not clear which one is meant.
      """, example: .command,
      bad: "thalweg run revenue.thal -p day=2026-01-30 -p day=2026-01-31",
      good: "thalweg run revenue.thal -p day=2026-01-31"),
    CatalogueEntry(
      .malformedParameter, "a parameter can't be read",
      """
      A parameter is given as `NAME=VALUE`. Lists, maps, records and `Json` have no form on the command line: \
      give the parameter a default in the file, or have the pipeline read a file whose name is the parameter.
      """, example: .command,
      bad: "thalweg run revenue.thal -p 2026-01-31",
      good: "thalweg run revenue.thal -p day=2026-01-31"),
    CatalogueEntry(
      .unusableStore, "the store of runs can't be used",
      """
      Runs are recorded in the SQLite database `.thalweg/state.db` of the current folder, or in the PostgreSQL \
      database that `THALWEG_DATABASE_URL` or the profile names. It could not be opened. Of a file: the folder may \
      not be written, the file is no database or damaged, or a newer version of Thalweg has changed it in a way \
      that this one does not know; a damaged file can be moved away, and a new one is made, without the old runs. \
      Of a database: no server answers at the address, it lets nobody in by that name and password, or \
      `thalweg db migrate` has not made the tables. Nothing was run.
      """, example: .command,
      bad: "thalweg runs list    # .thalweg/state.db holds something else",
      good: "mv .thalweg/state.db damaged.db && thalweg runs list"),
    CatalogueEntry(
      .unusableArtifacts, "the store of artifacts can't be used",
      """
      Files and folders that tasks make are kept in the place that the profile's `artifacts:` or the variable \
      `THALWEG_ARTIFACTS` names, else in `.thalweg/artifacts` of the current folder: a folder, or a bucket of a store \
      that speaks S3, as `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`. The place is misspelt, does not answer, or lets \
      nobody in by the credentials of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; or what is \
      there is missing or damaged.
      """, example: .command,
      bad: "THALWEG_ARTIFACTS=s3:data thalweg run churn.thal",
      good: "THALWEG_ARTIFACTS=s3://data/thalweg thalweg run churn.thal"),
    CatalogueEntry(
      .unknownRun, "there is no such run",
      """
      No run in `.thalweg/state.db` of the current folder, or in the database that is named, has this name. A run is named by its id, by the \
      beginning of it where only one run begins so, or by `last`.
      """, example: .command,
      bad: "thalweg runs show revenue-zzzzzz",
      good: "thalweg runs show last"),
    CatalogueEntry(
      .lostRun, "the process of a run is gone",
      """
      The run was under way when its process ended without a word: it was killed, or the machine went down. \
      Outputs become visible together at the very end of a run: unless it was killed right there, nothing was \
      published. What it had staged stands beside the outputs, in hidden files, and may be removed. Start the run \
      again. Of a submitted run: its worker was lost, and another one begins it anew, up to five times; \
      `thalweg runs retry` begins it again after that.
      """, example: .command,
      bad: "kill -9 PID        # of a thalweg run",
      good: "kill PID           # ends the run as cancelled"),
    CatalogueEntry(
      .unknownCode, "there is no such code",
      """
      Codes have a letter for their family and three digits: `P1` parsing, `N2` names, `T3` types, `F4` absence and \
      failure, `M5` modes, `G6` the graph, `S7` secrets and labels, `C8` configuration, `L9` lint.
      """, example: .command,
      bad: "thalweg explain X999",
      good: "thalweg explain T301"),
    CatalogueEntry(
      .unreadableSource, "a source can't be read",
      """
      The file behind a `from` is not there or can't be read. Paths in a program are relative to the folder of \
      `thalweg.yaml`, where there is one, else to that of the file that declares the pipeline. The run failed; nothing was published.
      """, example: .command,
      bad: "from sales: Table<Sale> = csv(\"sale.csv\")     // the file is sales.csv",
      good: "from sales: Table<Sale> = csv(\"sales.csv\")"),
    CatalogueEntry(
      .unwritableSink, "a sink can't be written",
      """
      The output of an `into` can't be written where the program says: the folder may not be written, the disk is \
      full, or what stands there is no file. The run failed; no output was published, or only those before this \
      one, as the message says.
      """, example: .command,
      bad: "into report = csv(\"/proc/report.csv\") <- shops",
      good: "into report = csv(\"out/report.csv\") <- shops"),
    CatalogueEntry(
      .sharedTarget, "a file is used twice",
      """
      With these parameters, two `into` name the same file or table, or an `into` names a file that a `from` reads. One would \
      replace the other's rows, and what a later run reads would depend on this one. Give each a file of its own, \
      or one sink the `union` of both flows. Where the paths are plain text, this is found when the file is checked.
      """, example: .command,
      bad: "thalweg run split.thal -p paid=orders -p open=orders",
      good: "thalweg run split.thal -p paid=paid -p open=open"),
    CatalogueEntry(
      .notResumable, "this run can't go on",
      """
      `thalweg run --resume` lets a run go on that was stopped, was killed or has failed: a stream after its last \
      complete epoch, a batch with what its tasks have done already. One that has done all that it had to do is over, \
      one that is under way need not be resumed, a service keeps nothing to go on with, and what was submitted is the \
      workers' to run.
      """, example: .command,
      bad: "thalweg run quote.thal --resume quote-7k3f9q2m   # a service",
      good: "thalweg run clicks.thal --resume clicks-7k3f9q2m"),
    CatalogueEntry(
      .unwritableCheckpoint, "the state of a stream can't be kept",
      """
      A stream writes what it holds to `.thalweg/state` at the end of each epoch, so that a restart goes on from there.
      That folder can't be written or read back: the disk is full, the folder is not writable, or a file in it was
      changed. The epoch under way is not complete; what is visible stays, and `run --resume` goes on after it once the
      cause is gone.
      """, example: .command,
      bad: "thalweg run clicks.thal   # in a folder that may not be written",
      good: "thalweg run clicks.thal --resume clicks-7k3f9q2m"),
    CatalogueEntry(
      .backendLacks, "the backend can't run this plan",
      """
      The plan needs something that the backend it is meant for does not have: a mode (batch, stream, service), or \
      a connector whose data it can't reach. The plan is refused before anything starts.
      """, example: .command,
      bad: "thalweg run clicks.thal          # a stream plan, on a backend for batches",
      good: "thalweg run revenue.thal         # a batch plan"),
    CatalogueEntry(
      .unusableAddress, "the address can't be listened at",
      """
      Another process listens at this port, the address is none of this machine, or the port is one that only the \
      superuser may take. Port 0 takes any that is free.
      """, example: .command,
      bad: "thalweg serve quote.thal --port 80",
      good: "thalweg serve quote.thal --port 8080"),
    CatalogueEntry(
      .clashingServices, "services that can't be served together",
      """
      The services of a file are served at one address, so each has a route of its own, and where several name a \
      `port:` it is the same; `--port` takes its place.
      """, example: .command,
      bad: "thalweg serve prices.thal         # two services at `post /quote`",
      good: "thalweg serve prices.thal quote   # one of them"),
  ]
}
