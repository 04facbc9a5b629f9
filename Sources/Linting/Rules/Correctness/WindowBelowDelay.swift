import Diagnosing
import Syntax

extension Rule {
  static let windowBelowDelay = Rule(
    "L908", "window-below-delay", .correctness,
    "a window shorter than the delay before it",
    """
    `timed(..., delay: d)` waits for records that come up to `d` late. A window shorter than that closes long after \
    its end: each result is older than the window is long, and many windows are open at a time. Make the window as \
    long as the delay at least, or the delay shorter.
    """,
    bad: """
      record Click { user: String, at: Timestamp }
      record Clicks { user: String, clicks: Int }
      fn busy(clicks: Stream<Click>) -> Stream<Clicks> {
        clicks
          .timed(c -> c.at, delay: 5m)
          .window(tumbling(1m), late: fail)
          .group_by(c -> c.user)
          .aggregate(g -> Clicks { user: g.key, clicks: g.count() })
      }
      """,
    good: """
      record Click { user: String, at: Timestamp }
      record Clicks { user: String, clicks: Int }
      fn busy(clicks: Stream<Click>) -> Stream<Clicks> {
        clicks
          .timed(c -> c.at, delay: 20s)
          .window(tumbling(1m), late: fail)
          .group_by(c -> c.user)
          .aggregate(g -> Clicks { user: g.key, clicks: g.count() })
      }
      """,
    checks: [
      .method(["window"]) { call, context in
        guard let window = call.arguments.first?.value.namedCall,
          let length = (window.arguments.first { $0.label == nil || $0.label?.text == "gap" })?.value,
          let width = length.durationValue,
          let timed = context.links(before: call).first(where: { $0.name.text == "timed" }),
          let wait = timed["delay"], let delay = wait.durationValue, width < delay
        else { return }
        context.report(
          "this window is shorter than the delay of \(context.text(wait.span))", at: length.span,
          label: "closes long after its end", labels: [Label(wait.span, "waits this long for late records")],
          help: "make the window at least as long, or the delay shorter")
      }
    ])
}
