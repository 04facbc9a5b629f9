import JobStore
import Testing

/// What every driver of the store must do for streams.
@Suite struct EpochConformanceTests {
  private static let run = RunID("clicks-1")

  private static func epoch(
    _ number: Int, of run: RunID = run, rows: Int64 = 10, isSavepoint: Bool = false
  ) -> EpochRecord {
    EpochRecord(
      run: run, number: number, manifest: "m\(number)", committed: at(Int64(number)),
      watermark: number == 1 ? nil : Int64(number) * 1_000_000, positions: #"{"clicks":{"0":"17"}}"#,
      rows: RowCounts(rowsIn: rows, rowsOut: rows - 3, late: 1, failed: 2, faulted: 0), stateBytes: 99,
      isSavepoint: isSavepoint)
  }

  private static let operators = [
    OperatorRecord(
      name: "windowed.window.1", operation: "window", rows: RowCounts(rowsIn: 10, rowsOut: 9, late: 1),
      watermark: 5),
    OperatorRecord(
      name: "clicks", operation: "source", rows: RowCounts(rowsOut: 10, faulted: 1), watermark: nil),
  ]

  private static func newest(_ store: any RunStore) throws -> EpochRecord? {
    try store.resumePoint(of: run)
  }

  /// A store with one run under way.
  private static func withRun(_ driver: Driver, _ body: (any RunStore) async throws -> Void) async throws {
    try await driver.withStore { store in
      try await store.create(makeRun(run.text), jobs: twoJobs, plan: somePlan)
      try await body(store)
    }
  }

  @Test(arguments: Driver.allCases)
  func givesBackEpochsInOrder(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      #expect(try Self.newest(store) == nil)
      #expect(try await store.epochs(of: Self.run, last: 5) == [])
      for number in 1...4 { try store.commit(Self.epoch(number), operators: [], by: someone) }
      try store.commit(Self.epoch(6, isSavepoint: true), operators: Self.operators, by: someone)
      #expect(try Self.newest(store) == Self.epoch(6, isSavepoint: true))
      #expect(
        try await store.epochs(of: Self.run, last: 2) == [Self.epoch(4), Self.epoch(6, isSavepoint: true)])
      #expect(try await store.epochs(of: Self.run, last: 9).map(\.number) == [1, 2, 3, 4, 6])
      #expect(try await store.operators(of: Self.run) == Self.operators)
      #expect(try await store.operators(of: RunID("other")) == [])
      #expect(try await store.epochs(of: RunID("other"), last: 9) == [])
    }
  }

  @Test(arguments: Driver.allCases)
  func operatorsAreThoseOfTheNewestEpoch(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      try store.commit(Self.epoch(1), operators: Self.operators, by: someone)
      let last = [OperatorRecord(name: "x", operation: "map", rows: RowCounts(), watermark: .max)]
      try store.commit(Self.epoch(2), operators: last, by: someone)
      #expect(try await store.operators(of: Self.run) == last)
    }
  }

  @Test(arguments: Driver.allCases)
  func marksEpochsAsShown(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      for number in 1...3 { try store.commit(Self.epoch(number), operators: [], by: someone) }
      try store.markApplied(Self.run, through: 2)
      #expect(try await store.epochs(of: Self.run, last: 3).map(\.isApplied) == [true, true, false])
      try store.markApplied(Self.run, through: 3)
      #expect(try Self.newest(store)?.isApplied == true)
      try store.markApplied(RunID("other"), through: 3)
    }
  }

  @Test(arguments: Driver.allCases)
  func anEpochIsCommittedOnceAndInOrder(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      try store.commit(Self.epoch(2), operators: Self.operators, by: someone)
      for number in [1, 2] {
        #expect(throws: StoreError.lostRun(Self.run)) {
          try store.commit(Self.epoch(number, rows: 77), operators: [], by: someone)
        }
      }
      #expect(try Self.newest(store) == Self.epoch(2))
      #expect(try await store.operators(of: Self.run) == Self.operators)
    }
  }

  @Test(arguments: Driver.allCases)
  func onlyTheOwnerOfARunThatIsUnderWayCommits(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      let zombie = Owner(host: "a", boot: "b", process: 43, began: 7)
      #expect(throws: StoreError.lostRun(Self.run)) {
        try store.commit(Self.epoch(1), operators: [], by: zombie)
      }
      #expect(throws: StoreError.lostRun(RunID("other"))) {
        try store.commit(Self.epoch(1, of: RunID("other")), operators: [], by: someone)
      }
      let end = RunChange.run(.failed, at: at(1), rowsIn: 0, rowsOut: 0, error: someError)
      _ = try await store.update(Self.run, [end])
      #expect(throws: StoreError.lostRun(Self.run)) {
        try store.commit(Self.epoch(1), operators: [], by: someone)
      }
      #expect(try Self.newest(store) == nil)
    }
  }

  @Test(arguments: Driver.allCases)
  func rememberEnoughEpochs(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      for number in 1...(EpochHistory.length + 5) {
        try store.commit(Self.epoch(number), operators: [], by: someone)
      }
      let kept = try await store.epochs(of: Self.run, last: EpochHistory.length)
      #expect(kept.map(\.number) == Array(6...(EpochHistory.length + 5)))
    }
  }

  @Test(arguments: Driver.allCases, [RunState.stopped, .failed, .cancelled])
  func aRunGoesOnUnderItsName(_ driver: Driver, _ end: RunState) async throws {
    try await Self.withRun(driver) { store in
      let life: [RunChange] = [
        .run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
        .job(1, .running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
        .job(1, .stopped, at: at(2), rowsIn: 8, rowsOut: 8, error: nil),
        .run(end, at: at(2), rowsIn: 8, rowsOut: 5, error: end == .failed ? someError : nil),
      ]
      #expect(try await store.update(Self.run, life))
      let other = Owner(host: "a", boot: "b", process: 99, began: 8)
      let again = makeRun(Self.run.text, created: 50, owner: other)
      #expect(try await store.resume(again, jobs: twoJobs, plan: somePlan))
      let run = try #require(try await store.run(Self.run))
      #expect(run.state == .planned && run.owner == other && run.error == nil && run.ended == nil)
      #expect(run.created == at(0) && run.seen == at(50) && run.rowsIn == 8 && run.rowsOut == 5)
      let jobs = try await store.jobs(of: Self.run)
      #expect(jobs.map(\.state) == [.waiting, .waiting] && jobs[0].attempts.map(\.state) == [.stopped])
      // Whoever comes second is refused, and so is the process that had it before.
      #expect(try await !store.resume(again, jobs: twoJobs, plan: somePlan))
      #expect(throws: StoreError.lostRun(Self.run)) {
        try store.commit(Self.epoch(1), operators: [], by: someone)
      }
      try store.commit(Self.epoch(1), operators: [], by: other)
    }
  }

  @Test(arguments: Driver.allCases)
  func aNewVersionBringsItsOwnJobs(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      let end = RunChange.run(.stopped, at: at(2), rowsIn: 8, rowsOut: 5, error: nil)
      _ = try await store.update(Self.run, [end])
      let plan = PlanRecord(hash: "def", json: "{}")
      let jobs = [JobRecord(id: 1, name: "other")]
      #expect(try await store.resume(makeRun(Self.run.text), jobs: jobs, plan: plan))
      #expect(try await store.run(Self.run)?.planHash == "def")
      #expect(try await store.jobs(of: Self.run) == jobs)
      #expect(try await store.plan(of: Self.run) == plan)
    }
  }

  @Test(arguments: Driver.allCases)
  func whatIsUnderWayOrDoneIsNotResumed(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      let run = makeRun(Self.run.text)
      #expect(try await !store.resume(run, jobs: [], plan: somePlan))
      let end = RunChange.run(.succeeded, at: at(2), rowsIn: 8, rowsOut: 5, error: nil)
      _ = try await store.update(Self.run, [end])
      #expect(try await !store.resume(run, jobs: [], plan: somePlan))
      #expect(try await !store.resume(makeRun("other"), jobs: [], plan: somePlan))
      #expect(try await store.jobs(of: Self.run) == twoJobs)
    }
  }

  @Test(arguments: Driver.allCases)
  func stoppedRunsAreListed(_ driver: Driver) async throws {
    try await Self.withRun(driver) { store in
      let end = RunChange.run(.stopped, at: at(2), rowsIn: 8, rowsOut: 5, error: nil)
      _ = try await store.update(Self.run, [end])
      #expect(try await store.runs(RunFilter(states: [.stopped])).map(\.id) == [Self.run])
    }
  }
}
