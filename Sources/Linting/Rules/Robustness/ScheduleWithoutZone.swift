import Diagnosing
import Syntax

extension Rule {
  static let scheduleWithoutZone = Rule(
    "L955", "schedule-without-zone", .robustness, mending: .unsafe,
    "a schedule without a time zone",
    """
    `cron("0 3 * * *")` is at three o'clock, but where? Who reads it thinks of their own clock, and of summer time. \
    Say the zone: `zone: "UTC"`, or the one that the business lives in.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      /// Copies the orders, every night.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        into copied = csv("copied.csv") <- orders
        run batch { schedule: cron("0 3 * * *") }
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      /// Copies the orders, every night.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        into copied = csv("copied.csv") <- orders
        run batch { schedule: cron("0 3 * * *", zone: "UTC") }
      }
      """,
    checks: [
      .expression(.call) { expression, context in
        guard let (name, arguments) = expression.namedCall, name.text == "cron", let time = arguments.first,
          !arguments.contains(where: { $0.label?.text == "zone" })
        else { return }
        context.report(
          "this schedule has no time zone", at: expression.span, label: "at whose clock?",
          fixes: [
            Fix("say `zone: \"UTC\"`", edits: [Edit(time.value.span.endPoint, ", zone: \"UTC\"")])
          ])
      }
    ])
}
