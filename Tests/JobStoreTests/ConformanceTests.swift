import JobStore
import Testing

/// What every driver of the store must do.
@Suite struct ConformanceTests {
  @Test(arguments: Driver.allCases)
  func givesBackWhatItWasGiven(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let run = makeRun("revenue-1")
      try await store.create(run, jobs: twoJobs, plan: somePlan)
      #expect(try await store.run(run.id) == run)
      #expect(try await store.jobs(of: run.id) == twoJobs)
      #expect(try await store.plan(of: run.id) == somePlan)
      #expect(try await store.run(RunID("revenue")) == nil)
      #expect(try await store.jobs(of: RunID("revenue")) == [])
      #expect(try await store.plan(of: RunID("revenue")) == nil)
    }
  }

  @Test(arguments: Driver.allCases)
  func keepsNamespacesApart(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let theirs = PlanRecord(hash: somePlan.hash, json: #"{"version":2}"#)
      try await store.create(makeRun("revenue-1"), jobs: [], plan: somePlan)
      let run = makeRun("revenue-2", namespace: "shop")
      try await store.create(run, jobs: twoJobs, plan: theirs)
      #expect(try await store.run(run.id) == run)
      #expect(try await store.runs(RunFilter(namespace: "shop")) == [run])
      #expect(try await store.runs(RunFilter(namespace: "default")).map(\.id.text) == ["revenue-1"])
      #expect(try await store.runs(RunFilter()).count == 2)
      #expect(try await store.plan(of: RunID("revenue-1")) == somePlan)
      // What one process keeps for itself needs no second plan of a hash.
      if driver == .postgresql { #expect(try await store.plan(of: run.id) == theirs) }
    }
  }

  @Test(arguments: Driver.allCases)
  func refusesAnIDThatIsTaken(_ driver: Driver) async throws {
    try await driver.withStore { store in
      try await store.create(makeRun("revenue-1"), jobs: twoJobs, plan: somePlan)
      await #expect(throws: StoreError.duplicate(RunID("revenue-1"))) {
        try await store.create(makeRun("revenue-1", created: 5), jobs: [], plan: somePlan)
      }
      #expect(try await store.jobs(of: RunID("revenue-1")).count == 2)
    }
  }

  @Test(arguments: Driver.allCases)
  func recordsTheLifeOfARun(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let id = RunID("revenue-1")
      try await store.create(makeRun(id.text), jobs: twoJobs, plan: somePlan)
      let begins: [RunChange] = [
        .run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
        .job(1, .running, at: at(2), rowsIn: 0, rowsOut: 0, error: nil),
      ]
      #expect(try await store.update(id, begins))
      let goesOn: [RunChange] = [
        .jobProgress(1, at: at(3), rowsIn: 7, rowsOut: 3), .progress(at: at(3), rowsIn: 7, rowsOut: 0),
      ]
      #expect(try await store.update(id, goesOn))
      var run = try #require(try await store.run(id))
      #expect(run.state == .running && run.started == at(1) && run.ended == nil && run.seen == at(3))
      #expect(run.rowsIn == 7)
      #expect(try await store.jobs(of: id)[0].attempts.map(\.rowsOut) == [3])

      let ends: [RunChange] = [
        .job(1, .succeeded, at: at(4), rowsIn: 9, rowsOut: 9, error: nil),
        .job(2, .running, at: at(4), rowsIn: 0, rowsOut: 0, error: nil),
        .job(2, .succeeded, at: at(5), rowsIn: 9, rowsOut: 2, busy: 77, error: nil),
        .run(.succeeded, at: at(6), rowsIn: 9, rowsOut: 2, error: nil),
      ]
      #expect(try await store.update(id, ends))
      run = try #require(try await store.run(id))
      #expect(run.state == .succeeded && run.started == at(1) && run.ended == at(6) && run.rowsOut == 2)
      let jobs = try await store.jobs(of: id)
      #expect(jobs.map(\.state) == [.succeeded, .succeeded])
      #expect(
        jobs[1].attempts == [
          AttemptRecord(
            number: 1, state: .succeeded, started: at(4), ended: at(5), rowsIn: 9, rowsOut: 2, busy: 77)
        ])
    }
  }

  @Test(arguments: Driver.allCases)
  func countsEachTryOfAJob(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let id = RunID("revenue-1")
      try await store.create(makeRun(id.text), jobs: twoJobs, plan: somePlan)
      for attempt in 1...3 as ClosedRange<Int64> {
        let changes: [RunChange] = [
          .job(2, .running, at: at(attempt * 10), rowsIn: 0, rowsOut: 0, error: nil),
          .job(2, .failed, at: at(attempt * 10 + 1), rowsIn: attempt, rowsOut: 0, error: someError),
        ]
        #expect(try await store.update(id, changes))
      }
      let job = try await store.jobs(of: id)[1]
      #expect(job.state == .failed)
      #expect(job.attempts.map(\.number) == [1, 2, 3])
      #expect(job.attempts.map(\.rowsIn) == [1, 2, 3])
      #expect(job.attempts.allSatisfy { $0.error == someError && $0.state == .failed })
    }
  }

  @Test(arguments: Driver.allCases)
  func aJobThatNeverBeganHasNoTry(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let id = RunID("revenue-1")
      try await store.create(makeRun(id.text), jobs: twoJobs, plan: somePlan)
      let cancelled = RunChange.job(2, .cancelled, at: at(1), rowsIn: 0, rowsOut: 0, error: nil)
      #expect(try await store.update(id, [cancelled]))
      #expect(
        try await store.jobs(of: id)[1] == JobRecord(id: 2, name: "shops.aggregate.1", state: .cancelled))
    }
  }

  @Test(arguments: Driver.allCases, [RunState.succeeded, .failed, .cancelled])
  func aRunThatHasEndedStaysAsItIs(_ driver: Driver, _ final: RunState) async throws {
    try await driver.withStore { store in
      let id = RunID("revenue-1")
      try await store.create(makeRun(id.text), jobs: twoJobs, plan: somePlan)
      let end = RunChange.run(
        final, at: at(1), rowsIn: 1, rowsOut: 1, error: final == .failed ? someError : nil)
      #expect(try await store.update(id, [end]))
      let before = try await store.run(id)
      let late: [RunChange] = [
        .job(1, .running, at: at(2), rowsIn: 0, rowsOut: 0, error: nil),
        .run(.running, at: at(2), rowsIn: 5, rowsOut: 5, error: nil),
      ]
      #expect(try await !store.update(id, late))
      #expect(try await store.run(id) == before)
      #expect(try await store.jobs(of: id) == twoJobs)
    }
  }

  @Test(arguments: Driver.allCases)
  func aJobThatIsSkippedHasNoTry(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let id = RunID("revenue-1")
      try await store.create(makeRun(id.text), jobs: twoJobs, plan: somePlan)
      let skipped = RunChange.job(2, .skipped, at: at(1), rowsIn: 0, rowsOut: 0, error: nil)
      #expect(
        try await store.update(id, [.run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil), skipped]))
      let jobs = try await store.jobs(of: id)
      #expect(jobs.map(\.state) == [.waiting, .skipped])
      #expect(jobs.map(\.attempts) == [[], []])
    }
  }

  @Test(arguments: Driver.allCases)
  func changesOfAnUnknownRunAreNotRecorded(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let isKnown = try await store.update(RunID("x"), [.progress(at: at(1), rowsIn: 1, rowsOut: 1)])
      #expect(!isKnown)
    }
  }

  @Test(arguments: Driver.allCases)
  func listsTheNewestFirst(_ driver: Driver) async throws {
    try await driver.withStore { store in
      try await store.create(makeRun("b-1", pipeline: "b", created: 2), jobs: [], plan: somePlan)
      try await store.create(makeRun("a-1", pipeline: "a", created: 1), jobs: [], plan: somePlan)
      try await store.create(makeRun("a-2", pipeline: "a", created: 3), jobs: [], plan: somePlan)
      try await store.create(makeRun("a-3", pipeline: "a", created: 3), jobs: [], plan: somePlan)
      let failed = RunChange.run(.failed, at: at(4), rowsIn: 0, rowsOut: 0, error: someError)
      #expect(try await store.update(RunID("a-2"), [failed]))

      func ids(_ filter: RunFilter) async throws -> [String] { try await store.runs(filter).map(\.id.text) }
      #expect(try await ids(RunFilter()) == ["a-3", "a-2", "b-1", "a-1"])
      #expect(try await ids(RunFilter(limit: 2)) == ["a-3", "a-2"])
      #expect(try await ids(RunFilter(limit: 0)) == [])
      #expect(try await ids(RunFilter(pipeline: "b")) == ["b-1"])
      #expect(try await ids(RunFilter(prefix: "a-")) == ["a-3", "a-2", "a-1"])
      #expect(try await ids(RunFilter(prefix: "A")) == [])
      #expect(try await ids(RunFilter(prefix: "%")) == [])
      #expect(try await ids(RunFilter(states: [.failed, .succeeded])) == ["a-2"])
      #expect(try await ids(RunFilter(states: [])) == [])
      #expect(try await store.runs(RunFilter(states: [.failed]))[0].error == someError)
    }
  }

  @Test(arguments: Driver.allCases)
  func writersDoNotDisturbEachOther(_ driver: Driver) async throws {
    try await driver.withStore { store in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<20 {
          group.addTask {
            let id = RunID("r-\(number)")
            try await store.create(makeRun(id.text), jobs: twoJobs, plan: somePlan)
            for rows in 1...5 as ClosedRange<Int64> {
              _ = try await store.update(id, [.progress(at: at(rows), rowsIn: rows, rowsOut: 0)])
            }
          }
        }
        try await group.waitForAll()
      }
      let runs = try await store.runs(RunFilter())
      #expect(runs.count == 20 && runs.allSatisfy { $0.rowsIn == 5 })
    }
  }

  @Test(arguments: Driver.allCases)
  func rescuesRunsWhoseProcessIsGone(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let gone = Owner(host: "here", boot: "b", process: 1, began: 1)
      let alive = Owner(host: "here", boot: "b", process: 2, began: 1)
      let far = Owner(host: "there", boot: "b", process: 1, began: 1)
      for (id, owner) in [("gone", gone), ("alive", alive), ("far", far), ("ended", gone)] {
        try await store.create(makeRun(id, owner: owner), jobs: twoJobs, plan: somePlan)
        let begins: [RunChange] = [
          .run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
          .job(1, .running, at: at(2), rowsIn: 0, rowsOut: 0, error: nil),
        ]
        #expect(try await store.update(RunID(id), begins))
      }
      let end = RunChange.run(.succeeded, at: at(3), rowsIn: 0, rowsOut: 0, error: nil)
      #expect(try await store.update(RunID("ended"), [end]))
      let rescuer = Rescuer(patience: 60) { $0 == gone ? false : $0 == alive ? true : nil }

      #expect(try await rescuer.rescue(in: store, now: at(30)) { _ in someError } == [RunID("gone")])
      let run = try #require(try await store.run(RunID("gone")))
      #expect(run.state == .failed && run.error == someError && run.ended == at(2))
      let jobs = try await store.jobs(of: run.id)
      #expect(jobs.map(\.state) == [.cancelled, .cancelled])
      #expect(jobs[0].attempts.map(\.state) == [.cancelled])

      #expect(try await rescuer.rescue(in: store, now: at(63)) { _ in someError } == [RunID("far")])
      #expect(try await rescuer.rescue(in: store, now: at(9999)) { _ in someError } == [])
      #expect(try await store.run(RunID("alive"))?.state == .running)
    }
  }

  @Test(arguments: Driver.allCases)
  func anUpdateWithoutChangesTellsWhetherTheRunIsUnderWay(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let id = RunID("revenue-1")
      try await store.create(makeRun(id.text), jobs: twoJobs, plan: somePlan)
      #expect(try await store.update(id, []))
      #expect(try await store.run(id) == makeRun(id.text))
      let end = RunChange.run(.cancelled, at: at(1), rowsIn: 0, rowsOut: 0, error: nil)
      #expect(try await store.update(id, [end]))
      #expect(try await !store.update(id, []))
    }
  }

  @Test(arguments: Driver.allCases)
  func changesThatAreToldTwiceTakeEffectOnce(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let id = RunID("revenue-1")
      try await store.create(makeRun(id.text), jobs: twoJobs, plan: somePlan)
      let begins = RunChange.job(1, .running, at: at(2), rowsIn: 0, rowsOut: 0, error: nil)
      for _ in 0..<2 { #expect(try await store.update(id, [begins], batch: 7)) }
      #expect(try await store.jobs(of: id)[0].attempts.count == 1)
      #expect(try await store.events(of: id).count == 1)
      let end = RunChange.run(.succeeded, at: at(3), rowsIn: 0, rowsOut: 0, error: nil)
      for _ in 0..<2 { #expect(try await store.update(id, [end], batch: 8)) }
      #expect(try await !store.update(id, [end], batch: 9))
      #expect(try await store.events(of: id).map(\.sequence) == [1, 2])
    }
  }

  @Test(arguments: Driver.allCases)
  func theEventsOfARunMakeTheSameRunAgain(_ driver: Driver) async throws {
    try await driver.withStore { store in
      let id = RunID("revenue-1")
      let planned = makeRun(id.text)
      try await store.create(planned, jobs: twoJobs, plan: somePlan)
      let call = CallRecord(
        name: "scores.train[a \"b\", 2]", input: "abc", attempt: 2, state: .succeeded, value: #"{"x": 1}"#)
      let batches: [[RunChange]] = [
        [.run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil)],
        [
          .job(1, .running, at: at(2), rowsIn: 0, rowsOut: 0, error: nil),
          .job(2, .running, at: at(2), rowsIn: 0, rowsOut: 0, error: nil),
        ],
        [
          .jobProgress(2, at: at(3), rowsIn: 5, rowsOut: 4), .progress(at: at(3), rowsIn: 5, rowsOut: 0),
          .job(1, .failed, at: at(3), rowsIn: 3, rowsOut: 1, busy: 9, error: someError),
          .job(1, .running, at: at(3), rowsIn: 0, rowsOut: 0, error: nil),
          .job(1, .succeeded, at: at(4), rowsIn: 4, rowsOut: 2, busy: 8, error: nil),
        ],
        [.call(call, at: at(5))],
        [
          .job(2, .failed, at: at(5), rowsIn: 9, rowsOut: 9, busy: 1, error: someError),
          .run(.failed, at: at(6), rowsIn: 9, rowsOut: 9, error: someError),
        ],
      ]
      for batch in batches { #expect(try await store.update(id, batch)) }
      try await expectReplay(store, planned)
      var resumed = planned
      resumed.seen = at(7)
      #expect(try await store.resume(resumed, jobs: twoJobs, plan: somePlan))
      try await expectReplay(store, planned)
      #expect(try await store.update(id, batches[0] + batches[1]))
      try await expectReplay(store, planned)
      let events = try await store.events(of: id)
      #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
      #expect(RunHistory.calls(in: events) == [call.name: call])
    }
  }
}

/// Holds a run against what its events make of it.
func expectReplay(
  _ store: some RunReader & EventReader, _ planned: RunRecord, jobs: [JobRecord] = twoJobs,
  location: SourceLocation = #_sourceLocation
) async throws {
  var history = RunHistory(planned, jobs: jobs)
  for event in try await store.events(of: planned.id) { history.apply(event.change) }
  var run = try #require(try await store.run(planned.id))
  // Progress is no event.
  if !run.state.isFinal { (run.rowsIn, run.rowsOut) = (history.run.rowsIn, history.run.rowsOut) }
  var (told, kept) = (history.jobs, try await store.jobs(of: planned.id))
  for index in kept.indices {
    for attempt in kept[index].attempts.indices where !kept[index].attempts[attempt].state.isFinal {
      (kept[index].attempts[attempt].rowsIn, kept[index].attempts[attempt].rowsOut) = (0, 0)
      (told[index].attempts[attempt].rowsIn, told[index].attempts[attempt].rowsOut) = (0, 0)
    }
  }
  #expect(history.run.state == run.state && history.run.error == run.error, sourceLocation: location)
  #expect(history.run.started == run.started && history.run.ended == run.ended, sourceLocation: location)
  #expect((history.run.rowsIn, history.run.rowsOut) == (run.rowsIn, run.rowsOut), sourceLocation: location)
  #expect(told == kept, sourceLocation: location)
}
