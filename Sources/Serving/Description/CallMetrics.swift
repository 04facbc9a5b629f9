import Execution
import NIOHTTP1
import Synchronization

/// What one route has answered, and how fast.
final class CallMetrics: Sendable {
  /// At one moment.
  struct Snapshot {
    /// By status.
    var calls: [Int: Int] = [:]
    /// By the bound of the histogram's bucket; the last has none. Not cumulative.
    var buckets = [Int](repeating: 0, count: CallMetrics.bounds.count + 1)
    var nanoseconds = 0
    var timed = 0
    var latencies = Latencies()
  }

  /// Seconds.
  static let bounds = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  private static let limits = bounds.map { Int($0 * 1e9) }

  private let state = Mutex(Snapshot())

  /// Counts a call; one that was refused at its head takes no time.
  func count(_ status: HTTPResponseStatus, nanoseconds: Int?) {
    let code = Int(status.code)
    state.withLock { state in
      state.calls[code, default: 0] += 1
      guard let nanoseconds else { return }
      state.buckets[Self.limits.firstIndex { nanoseconds <= $0 } ?? Self.limits.count] += 1
      state.nanoseconds += nanoseconds
      state.timed += 1
      state.latencies.add(nanoseconds: nanoseconds)
    }
  }

  var snapshot: Snapshot { state.withLock { $0 } }
}

/// The figures of all routes, in the text format of Prometheus.
enum MetricsText {
  static func text(_ endpoints: [Endpoint]) -> String {
    let routes = endpoints.map { endpoint in
      (
        endpoint, endpoint.metrics.snapshot,
        "pipeline=\"\(endpoint.run.interface.name)\",route=\"\(escaped(endpoint.run.interface.path))\""
      )
    }
    var text = ""
    head("thalweg_calls_total", "counter", "Calls answered, by status.", &text)
    for (_, snapshot, labels) in routes {
      for (status, count) in snapshot.calls.sorted(by: { $0.key < $1.key }) {
        text += "thalweg_calls_total{\(labels),status=\"\(status)\"} \(count)\n"
      }
    }
    head("thalweg_call_duration_seconds", "histogram", "From the head of a call to its answer.", &text)
    for (_, snapshot, labels) in routes {
      var total = 0
      for (bound, count) in zip(CallMetrics.bounds.map { "\($0)" } + ["+Inf"], snapshot.buckets) {
        total += count
        text += "thalweg_call_duration_seconds_bucket{\(labels),le=\"\(bound)\"} \(total)\n"
      }
      text += "thalweg_call_duration_seconds_sum{\(labels)} \(Double(snapshot.nanoseconds) / 1e9)\n"
      text += "thalweg_call_duration_seconds_count{\(labels)} \(snapshot.timed)\n"
    }
    head("thalweg_calls_in_flight", "gauge", "Calls under way.", &text)
    for (endpoint, _, labels) in routes {
      text += "thalweg_calls_in_flight{\(labels)} \(endpoint.callsInFlight)\n"
    }
    head("thalweg_service_ready", "gauge", "Whether calls can be answered.", &text)
    for (endpoint, _, labels) in routes {
      text += "thalweg_service_ready{\(labels)} \(endpoint.run.isReady ? 1 : 0)\n"
    }
    head("thalweg_table_age_seconds", "gauge", "Since the rows that calls see were read.", &text)
    for (endpoint, _, _) in routes {
      for case (let name, let seconds?) in endpoint.run.tableAges {
        text +=
          "thalweg_table_age_seconds{pipeline=\"\(endpoint.run.interface.name)\",table=\"\(name)\"} \(seconds)\n"
      }
    }
    return text
  }

  private static func head(_ name: String, _ kind: String, _ help: String, _ text: inout String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
  }

  private static func escaped(_ label: String) -> String {
    label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }
}
