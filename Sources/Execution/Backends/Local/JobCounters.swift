import Dataflow
import Engine
import JobStore
import Planning

/// Adds up what the engine counts by operators to what the plan calls jobs.
struct JobCounters {
  private struct Members {
    let nodes: [Int]
    /// Results of other jobs, and of its own sources.
    let incoming: [Edge]
    /// Results that other jobs read.
    let outgoing: [Edge]
    let sources: [Int]
    let sinks: [Int]
  }

  private let jobs: [Members]
  private let names: [String]
  private let progress: RunProgress

  init(_ plan: Plan, _ graph: Graph, _ progress: RunProgress) {
    self.progress = progress
    names = plan.jobs.map(\.name)
    var home = [Int](repeating: 0, count: graph.nodes.count)
    for (job, members) in plan.jobs.enumerated() { for node in members.nodes { home[node] = job } }
    var incoming = [[Edge]](repeating: [], count: plan.jobs.count)
    var outgoing = [Set<Edge>](repeating: [], count: plan.jobs.count)
    for (index, node) in graph.nodes.enumerated() {
      for edge in node.inputs where home[edge.node] != home[index] {
        incoming[home[index]].append(edge)
        outgoing[home[edge.node]].insert(edge)
      }
    }
    jobs = plan.jobs.enumerated().map { job, members in
      let sources = members.nodes.filter {
        if case .source = graph.nodes[$0].operation { true } else { false }
      }
      let sinks = members.nodes.filter { node in
        switch graph.nodes[node].operation {
        case .sink, .reply: true
        default: false
        }
      }
      return Members(
        nodes: members.nodes, incoming: incoming[job] + sources.map { Edge($0) },
        outgoing: Array(outgoing[job]),
        sources: sources, sinks: sinks)
    }
  }

  /// The jobs' state as the engine sees it: waiting, running, succeeded or skipped.
  func snapshot(elapsed: Double) -> RunSnapshot {
    let nodes = progress.nodes
    let rows = { (edge: Edge) in Int64(nodes[edge.node].rowsOut[edge.port]) }
    var snapshot = RunSnapshot(jobs: [], rowsIn: 0, rowsOut: 0, elapsed: elapsed)
    for (index, job) in jobs.enumerated() {
      let written = job.sinks.map { Int64(nodes[$0].rowsIn) }.reduce(0, +)
      let isSettled = job.nodes.allSatisfy { nodes[$0].isDone || nodes[$0].isSkipped }
      let isDone = isSettled && job.nodes.contains { nodes[$0].isDone }
      let hasStarted = job.nodes.contains { nodes[$0].hasStarted || nodes[$0].rowsIn > 0 }
      let total = job.sources.compactMap { nodes[$0].bytesTotal }
      let read = job.sources.map { nodes[$0].bytesRead }.reduce(0, +)
      let isMeasured = !total.isEmpty && total.count == job.sources.count && total.reduce(0, +) > 0
      snapshot.jobs.append(
        RunSnapshot.Job(
          name: names[index],
          state: isDone ? .succeeded : isSettled ? .skipped : hasStarted ? .running : .waiting,
          rowsIn: job.incoming.map(rows).reduce(0, +),
          rowsOut: job.outgoing.map(rows).reduce(0, +) + written,
          busy: job.nodes.map { Int64(nodes[$0].busy / 1000) }.reduce(0, +),
          fraction: isMeasured ? min(Double(read) / Double(total.reduce(0, +)), 1) : nil))
      snapshot.rowsIn += job.sources.map { Int64(nodes[$0].rowsOut[0]) }.reduce(0, +)
      snapshot.rowsOut += written
    }
    return snapshot
  }
}
