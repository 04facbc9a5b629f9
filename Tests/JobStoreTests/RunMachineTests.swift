import JobStore
import Testing

@Suite struct RunMachineTests {
  @Test func walksThroughASuccessfulRun() {
    var machine = RunMachine(jobs: 2)
    #expect(machine.handle(.start) == [.record(.running, nil)])
    #expect(machine.handle(.jobStarted(0)) == [.recordJob(0, .running, nil)])
    #expect(machine.handle(.jobFinished(0)) == [.recordJob(0, .succeeded, nil)])
    #expect(
      machine.handle(.staged) == [.recordJob(1, .running, nil), .recordJob(1, .succeeded, nil), .publish])
    #expect(machine.state == .running)
    #expect(machine.handle(.published) == [.record(.succeeded, nil)])
    #expect(machine.jobs == [.succeeded, .succeeded])
  }

  @Test func aFailureBlamesItsJobAndCancelsTheOthers() {
    var machine = RunMachine(jobs: 3)
    _ = machine.handle(.start)
    _ = machine.handle(.jobStarted(0))
    _ = machine.handle(.jobFinished(0))
    #expect(
      machine.handle(.failed(job: 1, someError)) == [
        .stop, .recordJob(1, .running, nil), .recordJob(1, .failed, someError),
        .recordJob(2, .cancelled, nil),
        .record(.failed, someError), .discard,
      ])
    #expect(machine.jobs == [.succeeded, .failed, .cancelled])
  }

  @Test func aFailureBeforeTheStartHasNoJob() {
    var machine = RunMachine(jobs: 1)
    #expect(
      machine.handle(.failed(job: nil, someError)) == [
        .stop, .recordJob(0, .cancelled, nil), .record(.failed, someError), .discard,
      ])
  }

  @Test func cancellingStopsAndDiscards() {
    var machine = RunMachine(jobs: 1)
    _ = machine.handle(.start)
    _ = machine.handle(.jobStarted(0))
    #expect(
      machine.handle(.cancel) == [.stop, .recordJob(0, .cancelled, nil), .record(.cancelled, nil), .discard])
  }

  @Test func whatIsBeingPublishedCannotBeCancelled() {
    var machine = RunMachine(jobs: 1)
    _ = machine.handle(.start)
    _ = machine.handle(.staged)
    #expect(machine.handle(.cancel) == [])
    #expect(machine.handle(.published) == [.record(.succeeded, nil)])
  }

  @Test func aStreamStopsWithItsJobs() {
    var machine = RunMachine(jobs: 2)
    #expect(machine.handle(.stopped) == [])
    _ = machine.handle(.start)
    _ = machine.handle(.jobStarted(0))
    _ = machine.handle(.jobFinished(0))
    #expect(machine.handle(.stopped) == [.recordJob(1, .stopped, nil), .record(.stopped, nil)])
    #expect(machine.state.isFinal && machine.state.isResumable)
  }

  @Test func aJobThatIsSkippedStaysSo() {
    var machine = RunMachine(jobs: 2)
    #expect(machine.handle(.jobSkipped(0)) == [])
    _ = machine.handle(.start)
    #expect(machine.handle(.jobSkipped(0)) == [.recordJob(0, .skipped, nil)])
    #expect(machine.handle(.jobStarted(0)) == [])
    _ = machine.handle(.jobStarted(1))
    #expect(machine.handle(.jobSkipped(1)) == [])
    #expect(machine.handle(.staged) == [.recordJob(1, .succeeded, nil), .publish])
  }

  @Test func publishingMayFail() {
    var machine = RunMachine(jobs: 1)
    _ = machine.handle(.start)
    _ = machine.handle(.staged)
    #expect(machine.handle(.failed(job: 0, someError)) == [.stop, .record(.failed, someError), .discard])
  }

  @Test(arguments: [RunState.succeeded, .failed, .cancelled, .stopped])
  func nothingHappensAfterTheEnd(_ final: RunState) {
    var machine = RunMachine(state: final, jobs: [.waiting])
    let events: [RunMachine.Event] = [
      .start, .jobStarted(0), .jobFinished(0), .jobSkipped(0), .staged, .published,
      .failed(job: 0, someError), .cancel,
      .stopped, .lost(someError),
    ]
    for event in events { #expect(machine.handle(event) == []) }
    #expect(machine.state == final)
  }

  @Test func repeatedWordsChangeNothing() {
    var machine = RunMachine(jobs: 1)
    _ = machine.handle(.start)
    #expect(machine.handle(.start) == [])
    _ = machine.handle(.jobStarted(0))
    #expect(machine.handle(.jobStarted(0)) == [])
    _ = machine.handle(.jobFinished(0))
    #expect(machine.handle(.jobFinished(0)) == [])
    #expect(machine.handle(.published) == [])
  }

  @Test func noSequenceOfEventsLeavesAFinalState() {
    let events: [RunMachine.Event] = [
      .start, .jobStarted(0), .jobFinished(0), .jobSkipped(0), .staged, .published,
      .failed(job: 0, someError), .cancel,
      .stopped, .lost(someError),
    ]
    func explore(_ machine: RunMachine, _ depth: Int) {
      guard depth > 0 else { return }
      for event in events {
        var next = machine
        let actions = next.handle(event)
        if machine.state.isFinal { #expect(next.state == machine.state && actions.isEmpty) }
        // What was published is recorded as a success or a failure, never as cancelled.
        if actions.contains(.record(.cancelled, nil)) { #expect(!actions.contains(.publish)) }
        if next.state.isFinal { #expect(next.jobs.allSatisfy { $0.isFinal }) }
        explore(next, depth - 1)
      }
    }
    explore(RunMachine(jobs: 1), 4)
  }
}

@Suite struct OwnerTests {
  @Test func thisProcessIsAlive() {
    #expect(Owner.current.isAlive == true)
  }

  @Test func anotherProcessOfTheSameNumberIsNotTaken() {
    let current = Owner.current
    let earlier = Owner(
      host: current.host, boot: current.boot, process: current.process, began: current.began - 1)
    #expect(earlier.isAlive == false)
    let before = Owner(
      host: current.host, boot: "another start", process: current.process, began: current.began)
    #expect(before.isAlive == false)
  }

  @Test func aProcessElsewhereCannotBeAsked() {
    let far = Owner(host: "elsewhere.example", boot: "b", process: 1, began: 1)
    #expect(far.isAlive == nil)
  }

  @Test func momentsAreWrittenInUTC() {
    #expect(Moment(microseconds: 0).description == "1970-01-01T00:00:00.000Z")
    #expect(Moment(microseconds: -1).description == "1969-12-31T23:59:59.999Z")
    #expect(at(3661).description == "2026-01-01T01:01:01.000Z")
  }

  @Test func idsNameThePipeline() {
    var generator = SystemRandomNumberGenerator()
    let id = RunID.make(pipeline: "revenue", using: &generator)
    #expect(id.text.hasPrefix("revenue-") && id.text.count == 16)
    #expect(id != RunID.make(pipeline: "revenue", using: &generator))
  }
}
