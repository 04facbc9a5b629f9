// `run` and its schedules: C819 to C826, C834, C838, C839, C847.

extension Code {
  /// An option of `run` that another mode has.
  public static let runOptionOfOtherMode = Code("C819")
  /// A text that is no schedule.
  public static let scheduleText = Code("C820")
  /// A schedule whose day no month has.
  public static let neverComes = Code("C821")
  /// A name that no time zone has.
  public static let unknownZone = Code("C822")
  /// Arguments that do not fit the parameters.
  public static let scheduleArguments = Code("C823")
  /// A parameter that nothing gives to a scheduled run.
  public static let missingScheduleArgument = Code("C824")
  /// `delivery:` over a connector that promises less.
  public static let weakDelivery = Code("C825")
  /// `refresh:` in a batch.
  public static let refreshInBatch = Code("C826")
  /// A pipeline that waits for its own publication.
  public static let startsItself = Code("C834")
  /// A schedule that is not there.
  public static let unknownSchedule = Code("C847")
  /// A pipeline that is to be put on the clock and says no times.
  public static let notScheduled = Code("C838")
  /// A run that takes longer than it may.
  public static let runTimeout = Code("C839")
}

extension Catalogue {
  static let runs: [CatalogueEntry] = [
    CatalogueEntry(
      .runOptionOfOtherMode, "option of another mode",
      """
      Each mode has the options that mean something in it: a batch has a schedule, a stream has checkpoints, a service has a \
      port.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { port: 8080 }
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { retry: 2, timeout: 20m }
        }
        """),
    CatalogueEntry(
      .scheduleText, "schedule that is not understood",
      """
      A schedule has five fields: minute, hour, day of the month, month, day of the week. Each is `*`, a number, a range \
      `1-5`, a list `1,15`, or a range with a step `*/15`; months and days of the week may be named, as in `mon-fri`.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 25 * * *", zone: "UTC") }
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 23 * * mon-fri", zone: "UTC") }
        }
        """),
    CatalogueEntry(
      .neverComes, "day that never comes",
      """
      No month of the schedule has that day, so no run would ever start.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 3 31 2,4 *", zone: "UTC") }
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 3 28 2,4 *", zone: "UTC") }
        }
        """),
    CatalogueEntry(
      .unknownZone, "time zone that is not known",
      """
      Zones have the names of the IANA database: a region and a city, or `UTC`. An abbreviation such as `PST` means \
      different times at different places.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 3 * * *", zone: "Europe/Berln") }
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 3 * * *", zone: "Europe/Berlin") }
        }
        """),
    CatalogueEntry(
      .scheduleArguments, "arguments of a schedule",
      """
      `args:` gives a row with the pipeline's parameters, each under its name and of its type.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p(day: Date = date("2026-01-01")) {
          from orders: Table<Order> = csv("orders-{day}.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 3 * * *", zone: "UTC", args: t -> row { date: t.date() }) }
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p(day: Date = date("2026-01-01")) {
          from orders: Table<Order> = csv("orders-{day}.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 3 * * *", zone: "UTC", args: t -> row { day: t.date() }) }
        }
        """),
    CatalogueEntry(
      .missingScheduleArgument, "parameter without a value",
      """
      Nobody is there to give a scheduled run its parameters: each has a default, or `args:` computes it from the planned \
      time.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p(day: Date) {
          from orders: Table<Order> = csv("orders-{day}.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 3 * * *", zone: "UTC") }
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p(day: Date) {
          from orders: Table<Order> = csv("orders-{day}.csv")
          into out = stdout() <- orders
          run batch { schedule: cron("0 3 * * *", zone: "UTC", args: t -> row { day: t.date() - 1d }) }
        }
        """),
    CatalogueEntry(
      .weakDelivery, "more than a connector can promise",
      """
      A connector promises what becomes of its rows when a run fails or is repeated. `exactly_once` needs sources that can be \
      read again, and sinks that take nothing twice.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Stream<Order> = kafka("orders", group: "p")
          into out = stdout() <- orders
          run stream { delivery: exactly_once }
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Stream<Order> = kafka("orders", group: "p")
          into out = kafka("copy") <- orders
          run stream { delivery: exactly_once }
        }
        """),
    CatalogueEntry(
      .refreshInBatch, "refresh without effect",
      """
      `refresh:` reads a table again between the epochs of a stream or the calls of a service. A batch reads each source \
      once.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv", refresh: 60s)
          into out = stdout() <- orders
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = stdout() <- orders
        }
        """),
    CatalogueEntry(
      .startsItself, "schedule that starts itself",
      """
      A pipeline that starts when a dataset is published, and publishes that dataset, never comes to rest.
      """,
      bad: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = dataset("shop/orders") <- orders
          run batch { schedule: on(dataset("shop/orders")) }
        }
        """,
      good: """
        record Order { id: Int, shop: String }
        pipeline p {
          from orders: Table<Order> = csv("orders.csv")
          into out = dataset("shop/copy") <- orders
          run batch { schedule: on(dataset("shop/orders")) }
        }
        """),
    CatalogueEntry(
      .unknownSchedule, "there is no such schedule",
      """
      Nothing of this name is on the clock in the database that is named. A schedule has the name of its pipeline, or the \
      one that it was given with `--as`.
      """, example: .command,
      bad: "thalweg schedules pause revenu",
      good: "thalweg schedules pause revenue"),
    CatalogueEntry(
      .notScheduled, "the pipeline says no times",
      """
      Only a pipeline that says when it runs can be put on the clock: its `run batch` has a `schedule:`, beside which \
      stands what its parameters are at a time.
      """, example: .command,
      bad: "thalweg schedules add report.thal     # run batch { retry: 2 }",
      good: "thalweg schedules add report.thal     # run batch { schedule: cron(\"0 3 * * *\") }"),
    CatalogueEntry(
      .runTimeout, "a run that takes too long",
      """
      `timeout:` of `run batch` says how long a try of the run may take, without the time for which it is paused. What \
      takes longer is ended, with its tasks, and has failed; nothing of it is published. With `retry:` it is begun anew.
      """, example: .command,
      bad: "thalweg run revenue.thal     # run batch { timeout: 1s }, and it takes a minute",
      good: "thalweg run revenue.thal     # run batch { timeout: 20m }"),
  ]
}
