import Compiler
import Diagnosing
import Testing

/// What the findings of connectors, schedules and `run` offer as a remedy.
struct ConnectorHelpTests {
  @Test(arguments: [
    (
      "from a: Table<Order> = csv(\"a.csv\", seperator: \";\")",
      "did you mean `separator`? the whole is `csv(path, separator:, header:, null:, quote:, unknown: fail, refresh:, every:, until:)`"
    ),
    (
      "from a: Stream<Order> = csv(\"a.csv\")",
      "it ends: declare a `Table`, or give `every: 1s` to read what is added, again and again; a profile may bind it to a `Stream` of another connector"
    ),
    (
      "from a: Stream<Order> = json(\"a.json\")",
      "it ends: declare a `Table`; a profile may bind it to a `Stream` of another connector"
    ),
    (
      "from a: Table<Order> = jsonl(\"a.jsonl\", every: 1s)",
      "`every:` reads what is added, again and again: declare a `Stream`, or leave it out to read once"
    ),
    (
      "from a: Stream<Order> = synthetic(3)",
      "with `rate:` its rows come one after the other, as a `Stream`"
    ),
    (
      "from a: Stream<Order> = kafka(\"a\", key: o -> o.id)",
      "here the whole is `kafka(topic, group:, format: json | bytes, url:)`"
    ),
  ])
  func `a finding shows what the connector takes`(statement: String, help: String) async {
    let program = "record Order { id: Int }\npipeline p {\n  \(statement)\n  discard a\n}\n"
    let found = await compile(program).diagnostics
    #expect(found.map(\.help) == [help])
  }

  @Test(arguments: [
    ("cron(\"0 3 * * *\", zone: \"europe/berlin\")", "did you mean `Europe/Berlin`?"),
    ("cron(\"0 3 * * *\", zone: \"Zurich\")", "did you mean `Europe/Zurich`?"),
    ("cron(\"@hourly\")", "write `0 * * * *`"),
    ("cron(\"0 22-2 * * *\")", "write two ranges: `22-23,0-2`"),
    ("\"0 3 * * *\"", "write `cron(\"0 3 * * *\", zone: \"UTC\")`"),
  ])
  func `a finding of a schedule shows how to write it`(schedule: String, help: String) async {
    let program = """
      record Order { id: Int }
      pipeline p {
        from a: Table<Order> = csv("a.csv")
        discard a
        run batch { schedule: \(schedule) }
      }
      """
    #expect(await compile(program).diagnostics.map(\.help) == [help])
  }

  @Test func `weak delivery points at each weak link`() async {
    let program = """
      record Order { id: Int }
      pipeline p {
        from a: Stream<Order> = stdin(format: jsonl)
        into b = stdout() <- a
        run stream { delivery: exactly_once }
      }
      """
    let found = await compile(program).diagnostics
    #expect(
      found.first?.labels.map(\.message) == [
        "can't be read again after a failure", "at least once: what was written can't be taken back",
      ])
  }
}
