extension LanguageReference {
  /// What each operator is, for people.
  static let operatorEntries: [OperatorEntry] = [
    OperatorEntry(
      name: "map", form: "map(f)", summary: "One record for each record.", needs: "not windowed",
      gives: "bounded, timed and ordered as before"),
    OperatorEntry(
      name: "filter", form: "filter(f)", summary: "The records for which `f` holds.", needs: "not windowed",
      gives: "bounded, timed and ordered as before"),
    OperatorEntry(
      name: "flat_map", form: "flat_map(f)",
      summary: "The elements of the list that `f` gives for each record.",
      needs: "not windowed", gives: "bounded, timed and ordered as before"),
    OperatorEntry(
      name: "try_map", form: "try_map(f, failed: discard | fail)",
      summary: "As `map`, where `f` may fail: the failed records are the second result.",
      needs: "not windowed",
      gives: "`ok, failed`; the failed ones are `Failed<A> { input, error, operator }`, untimed"),
    OperatorEntry(
      name: "union", form: "union(other)", summary: "The records of both.",
      needs: "one record type; both timed or neither", gives: "bounded if both are"),
    OperatorEntry(
      name: "sample", form: "sample(fraction, by:, salt:)",
      summary: "A share of the records, by a hash of the key that never changes.", needs: "not windowed",
      gives: "bounded and timed as before"),
    OperatorEntry(
      name: "split", form: "split(fraction, by:, salt:)",
      summary: "The share that `sample` takes, and the rest.", needs: "not windowed", gives: "two results"),
    OperatorEntry(
      name: "distinct", form: "distinct(by:, within:, late: discard | fail)",
      summary:
        "One record of each key (the whole record without `by`): the earliest if timed, else the least in canonical order.",
      needs: "`within` and a timed flow, where it is unbounded", gives: "timed as before"),
    OperatorEntry(
      name: "group_by", form: "group_by(f)", summary: "Records of one key together.",
      needs: "a key type, or a row of them", gives: "groups, consumed in the same chain"),
    OperatorEntry(
      name: "aggregate", form: "aggregate(g -> R)", summary: "One record a group, or one of all.",
      needs: "bounded or windowed", gives: "after a window timed at its end less a microsecond, else untimed"),
    OperatorEntry(
      name: "top", form: "top(n, by:, then:, ties: cut | keep)",
      summary: "The `n` greatest of each group, or of all; the greatest first.", needs: "bounded or windowed",
      gives: "after a window timed at its end less a microsecond, else untimed"),
    OperatorEntry(
      name: "sort", form: "sort(by:, then:)", summary: "All records in order; `desc(x)` turns a key.",
      needs: "bounded", gives: "in order, untimed"),
    OperatorEntry(
      name: "limit", form: "limit(n)", summary: "The first `n`.", needs: "right after `sort`",
      gives: "in order, untimed"),
    OperatorEntry(
      name: "join", form: "join(other, on:, within:, as_of:, late:, select:)",
      summary: "A record for every pair that matches.",
      needs: "an equality in `on`; `within` or `as_of` between two unbounded flows",
      gives: "at the left record's time, with `within` at the later one"),
    OperatorEntry(
      name: "left_join", form: "left_join(other, on:, within:, as_of:, late:, select:)",
      summary: "As `join`; a left record without a match comes once, its partner absent.", needs: "as `join`",
      gives: "as `join`"),
    OperatorEntry(
      name: "semi_join", form: "semi_join(other, on:, within:, late:)",
      summary: "The left records that have a match.", needs: "as `join`", gives: "timed as the left"),
    OperatorEntry(
      name: "anti_join", form: "anti_join(other, on:, within:, late:)",
      summary: "The left records that have none.", needs: "as `join`", gives: "timed as the left"),
    OperatorEntry(
      name: "timed", form: "timed(f, delay:, idle:)", summary: "Gives each record its event time.",
      needs: "untimed, with only row-wise operators and `union` above", gives: "timed"),
    OperatorEntry(
      name: "window",
      form:
        "window(tumbling(d, zone:) | sliding(d, every:) | session(gap:), lateness:, late: discard | fail)",
      summary: "Cuts a flow into windows.", needs: "timed",
      gives: "`windowed, late`; then `group_by`, `aggregate` or `top`"),
    OperatorEntry(
      name: "scan", form: "scan(init, (s, x) -> s, emit: (s, x) -> R, ttl:, late: discard | fail)",
      summary: "A state along each key, in the order of event time.",
      needs: "grouped and timed; `ttl` where it is unbounded", gives: "timed as before"),
    OperatorEntry(
      name: "latest", form: "latest(ttl:, late: discard | fail)", summary: "The newest record of each key.",
      needs: "grouped and timed; `ttl` where it is unbounded",
      gives: "unbounded only into an upsert sink or as the right side of a join"),
    OperatorEntry(
      name: "rolling", form: "rolling(d, (x, g) -> R, late: discard | fail)",
      summary: "Each record with the group of its key's records in the time `d` up to it.",
      needs: "grouped and timed", gives: "timed as before"),
    OperatorEntry(
      name: "single", form: "single()",
      summary: "The only record, as a job value; any other number is a fault.",
      needs: "bounded, in a batch", gives: "a value"),
    OperatorEntry(
      name: "to_list", form: "to_list(max: n)", summary: "All records, as a job value.",
      needs: "bounded, in a batch", gives: "a list"),
  ]
}
