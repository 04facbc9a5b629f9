/// What the checker knows of an option of `run`.
struct RunOptionRule: Sendable {
  /// What stands behind its label.
  enum Value: Sendable {
    /// A whole number in these bounds.
    case number(ClosedRange<UInt64>)
    /// More than nothing.
    case duration
    /// `at_least_once` or `exactly_once`.
    case delivery
    /// `cron(...)` or `on(...)`.
    case schedule
    /// `limit(2, by: customer)`.
    case concurrency
    /// `limit(100, per: 1h)`.
    case rate
  }

  /// The label.
  let name: String
  /// What stands behind it.
  let value: Value
  /// The modes that have it.
  let modes: [RunOptions.Mode]

  /// All options, in the order in which help lists them.
  static let all: [RunOptionRule] = [
    RunOptionRule(name: "schedule", value: .schedule, modes: [.batch]),
    RunOptionRule(name: "retry", value: .number(0...100), modes: [.batch]),
    RunOptionRule(name: "timeout", value: .duration, modes: [.batch, .service]),
    RunOptionRule(name: "priority", value: .number(0...1000), modes: [.batch]),
    RunOptionRule(name: "concurrency", value: .concurrency, modes: [.batch]),
    RunOptionRule(name: "rate", value: .rate, modes: [.batch]),
    RunOptionRule(name: "parallelism", value: .number(1...1024), modes: [.batch, .stream]),
    RunOptionRule(name: "checkpoint", value: .duration, modes: [.stream]),
    RunOptionRule(name: "delivery", value: .delivery, modes: [.stream]),
    RunOptionRule(name: "port", value: .number(1...65535), modes: [.service]),
    RunOptionRule(name: "max_in_flight", value: .number(1...1_000_000), modes: [.service]),
  ]

  /// The options of a mode.
  static func names(of mode: RunOptions.Mode) -> [String] {
    all.filter { $0.modes.contains(mode) }.map(\.name)
  }

  /// An example of a value.
  var example: String {
    switch name {
    case "schedule": "cron(\"0 3 * * *\", zone: \"UTC\")"
    case "retry": "2"
    case "timeout": "20m"
    case "priority": "30"
    case "concurrency": "limit(2, by: customer)"
    case "rate": "limit(100, per: 1h)"
    case "parallelism": "4"
    case "checkpoint": "10s"
    case "delivery": "exactly_once"
    case "port": "8080"
    default: "64"
    }
  }
}
