// M506-M523 event time and windows: entries of the codes in `Modes.swift`.

extension Catalogue {
  static let times: [CatalogueEntry] = [
    CatalogueEntry(
      .afterWindow, "operator on windows",
      """
      `window` cuts a flow into pieces. Until an `aggregate` or `top` makes rows of them again, \
      nothing else can work on them. Shape the rows before `window`, or behind the aggregate.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).window(tumbling(1m), late: fail).map(c -> c.page)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.map(c -> Click { ...c }).timed(c -> c.at, delay: 10s).window(tumbling(1m), late: fail).aggregate(g -> g.count())
        }
        """),
    CatalogueEntry(
      .needsTimedFlow, "no event time",
      """
      Windows, states in order and limits in time go by the time at which something happened, not \
      by when it came. `timed` takes it from each row and says how late rows may come.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.window(tumbling(1m), late: fail).aggregate(g -> g.count())
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).window(tumbling(1m), late: fail).aggregate(g -> g.count())
        }
        """),
    CatalogueEntry(
      .timedTwice, "timed twice",
      """
      A row has one event time. What comes behind a window is timed at its end already.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).timed(c -> c.at, delay: 10s)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s)
        }
        """),
    CatalogueEntry(
      .timedTooLate, "timed behind an operator that mixes rows",
      """
      Whether a row is late depends on the rows before it in its partition of the source. Behind a \
      `sort`, a join or an aggregate nobody knows them any more: put `timed` close to the source.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Table<Click> = csv("clicks.csv")
          discard clicks.distinct(by: c -> c.user).timed(c -> c.at, delay: 10s)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Table<Click> = csv("clicks.csv")
          discard clicks.timed(c -> c.at, delay: 10s).distinct(by: c -> c.user)
        }
        """),
    CatalogueEntry(
      .unionOfTimes, "union of a timed and an untimed flow",
      """
      In a union every row has an event time, or none has.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).union(clicks)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).union(clicks.timed(c -> c.at, delay: 10s))
        }
        """),
    CatalogueEntry(
      .stateForEver, "state without an end",
      """
      On an unbounded flow new keys come for ever, and what is kept for each of them would fill any \
      machine. `ttl:` says after how long without a row, in event time, a key is forgotten.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).group_by(c -> c.user).latest(late: fail)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).group_by(c -> c.user).latest(ttl: 1d, late: fail)
        }
        """),
    CatalogueEntry(
      .afterLatest, "operator behind latest",
      """
      `latest` of an unbounded flow gives a row again and again: each stands in the place of the \
      last one of its key. A sink that upserts, and a join that looks it up, know what to do with \
      that; other operators would count it twice.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).group_by(c -> c.user).latest(ttl: 1d, late: fail).map(c -> c.page)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.map(c -> Click { ...c }).timed(c -> c.at, delay: 10s).group_by(c -> c.user).latest(ttl: 1d, late: fail)
        }
        """),
    CatalogueEntry(
      .lateWithoutTime, "late where nothing is late",
      """
      Only an operator that goes by event time has late rows.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Table<Click> = csv("clicks.csv")
          discard clicks.distinct(by: c -> c.user, late: fail)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Table<Click> = csv("clicks.csv")
          discard clicks.distinct(by: c -> c.user)
        }
        """),
    CatalogueEntry(
      .bothTimes, "two limits in time",
      """
      `within:` gives every match that is near enough, `as_of:` the newest one that is not later. A \
      join does one of them.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          let timed = clicks.timed(c -> c.at, delay: 10s)
          discard timed.join(timed, on: (a, b) -> a.user == b.user, within: 1h, as_of: 1h, late: fail, select: (a, b) -> a)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          let timed = clicks.timed(c -> c.at, delay: 10s)
          discard timed.join(timed, on: (a, b) -> a.user == b.user, within: 1h, late: fail, select: (a, b) -> a)
        }
        """),
    CatalogueEntry(
      .neverUnmatched, "a match may always come",
      """
      `left_join` and `anti_join` give rows that have no match. With a right side that never ends, \
      one may still come: exchange the sides, or say how far apart in time matches may be.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          from users: Table<Click> = csv("users.csv")
          discard users.anti_join(clicks, on: (u, c) -> u.user == c.user)
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          from users: Table<Click> = csv("users.csv")
          discard clicks.anti_join(users, on: (c, u) -> u.user == c.user)
        }
        """),
    CatalogueEntry(
      .windowShape, "what a window is",
      """
      `tumbling` cuts into windows that follow each other, `sliding` into windows that overlap, \
      `session` at pauses. Their lengths are more than zero, `every:` is not longer than the \
      window, and in a zone windows are of whole days.
      """,
      bad: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).window(1m, late: fail).aggregate(g -> g.count())
        }
        """,
      good: """
        record Click { user: String, page: String, at: Timestamp }
        pipeline p {
          from clicks: Stream<Click> = stdin(format: jsonl)
          discard clicks.timed(c -> c.at, delay: 10s).window(tumbling(1m), late: fail).aggregate(g -> g.count())
        }
        """),
  ]
}
