import Testing

@testable import JobStore
@testable import TestServers

/// The queues and those who use them under thousands of schedules, with a clock, a network and deaths that a seed says.
@Suite(.timeLimit(.minutes(15))) struct SimulationTests {
  /// A part of the schedules, in each of which something else is thrown.
  private static let seeds = UInt64(faults) * 250

  private func explanation(_ schedule: Simulation.Schedule) -> Comment {
    let small = Simulation.shrunk(schedule)
    let simulation = Simulation(small)
    let trace = simulation.trace.suffix(60).map { "\($0.at) \($0.request) -> \($0.answer)" }
    return "\(small)\n\(simulation.found.joined(separator: "\n"))\n\(trace.joined(separator: "\n"))"
  }

  @Test(arguments: 0..<4)
  func `no schedule loses a run, completes anything twice or lets anything begin too early`(_ part: UInt64) {
    for seed in (part * Self.seeds)..<((part + 1) * Self.seeds) {
      let schedule = Simulation.Schedule(seed: seed)
      let found = Simulation(schedule).found
      guard found.isEmpty else {
        #expect(found.isEmpty, explanation(schedule))
        return
      }
    }
  }

  @Test(arguments: ModelQueue.Flaw.allCases)
  func `each broken variant is caught`(_ flaw: ModelQueue.Flaw) {
    // Rare ones are looked for where they are, so that nobody waits for them.
    let first: UInt64 = [.lateSettled: 3100, .cancelledKeepsCalls: 500][flaw] ?? 0
    let caught = (first..<(first + 4000)).first { seed in
      var schedule = Simulation.Schedule(seed: seed, flaw: flaw)
      // Much is seen only where little else goes wrong.
      if seed % 2 == 1 { schedule.faults = [.lostAnswers, .lateRequests, .crashes] }
      return !Simulation(schedule).found.isEmpty
    }
    #expect(caught != nil, "nobody notices \(flaw)")
  }

  @Test func `the same seed plays the same schedule`() {
    let (one, two) = (Simulation(.init(seed: 7)), Simulation(.init(seed: 7)))
    #expect(
      one.trace.map(\.request) == two.trace.map(\.request)
        && one.trace.map(\.answer) == two.trace.map(\.answer))
  }

  @Test(arguments: 0..<UInt64(faults > 1 ? 30 : 4))
  func `a database gives the same answers as the model`(_ seed: UInt64) async throws {
    let simulation = Simulation(.init(seed: seed))
    var replay = try await PostgreSQLReplay(cap: simulation.queue.cap)
    for (place, asked) in simulation.trace.enumerated() {
      let answer = try await replay.perform(asked.request, at: asked.at)
      guard answer == asked.answer else {
        let before = simulation.trace[..<place].suffix(20).map { "\($0.request) -> \($0.answer)" }
        Issue.record("seed \(seed), \(asked.request): \(answer), not \(asked.answer) after \(before)")
        return
      }
    }
    for (number, run) in simulation.queue.runs {
      let id = ModelQueue.planned(number).id
      #expect(try await replay.queue.store.run(id)?.state == run.history.run.state)
      let events = try await replay.queue.store.events(of: id)
      #expect(events.map(\.epoch) == run.events.map(\.epoch))
      let jobs = try await replay.queue.store.jobs(of: id)
      #expect(jobs.map(\.state) == run.history.jobs.map(\.state))
      #expect(jobs.map { $0.attempts.map(\.state) } == run.history.jobs.map { $0.attempts.map(\.state) })
    }
    let ids = Set(simulation.queue.runs.keys.map { ModelQueue.planned($0).id.text })
    let violations = try await RunLog.violations(in: try replay.database.address, submitted: ids)
    #expect(violations.isEmpty, "seed \(seed)")
  }
}
