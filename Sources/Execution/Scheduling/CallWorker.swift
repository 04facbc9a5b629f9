import JobStore

/// Takes on calls of tasks for the owners of runs, as many at once as it has slots. A call holds its slot until the store
/// has been told what came of it; what ends while the store is told of others is told with the next.
package actor CallWorker {
  /// Makes a call, and tells what came of it.
  package typealias Making = @Sendable (CallQueue.Claim, CallQueue.Context) async -> CallQueue.Report

  /// Calls are committed in another order than that in which they get their places: so far back it looks each time.
  private static let slack: Int64 = 1000
  /// So many runs are remembered.
  private static let mostContexts = 1000

  private let queue: CallQueue
  private var me: RunQueue.Worker
  private let make: Making
  private let whenIdle: @Sendable () -> Void
  /// By the epochs of their leases.
  private var calling: [Int64: Task<Void, Never>] = [:]
  private var reports: [CallQueue.Report] = []
  private var contexts: [Int64: CallQueue.Context] = [:]
  private var isLooking = false
  private var isCheckDue = false
  /// It may have leases that it does not know.
  private var isUnsure = false
  private var isWorking = false
  private var problem: StoreError?
  private var news = NewsPace()
  /// Where it begins to look, and when it looks at everything again.
  private var place: Int64 = 0
  private var nextFullLook = ContinuousClock.now
  /// None of its leases is before this one.
  private var firstEpoch: Int64 = 0
  private var lastEpoch: Int64 = 0

  /// - Parameter whenIdle: Is called when it has been told to drain, and makes no call any more.
  package init(
    _ queue: CallQueue, for worker: RunQueue.Worker, make: @escaping Making,
    whenIdle: @escaping @Sendable () -> Void
  ) {
    self.queue = queue
    me = worker
    self.make = make
    self.whenIdle = whenIdle
  }

  /// Whether it makes no call.
  package var isIdle: Bool { calling.isEmpty && !isWorking }

  /// Takes on no more but what the worker's own runs want.
  package func drain() { me.isDraining = true }

  /// Nobody wants what they give any more.
  package func cancelAll() { for task in calling.values { task.cancel() } }

  /// Calls may be ready.
  package func look() {
    isLooking = true
    start()
  }

  /// Compares its leases with the calls that it makes, and takes on what is ready.
  /// - Throws: Why the store could not be asked the last time.
  package func check() throws(StoreError) {
    isCheckDue = isUnsure || !calling.isEmpty
    look()
    if let problem { throw problem }
  }

  private func start() {
    guard !isWorking else { return }
    isWorking = true
    Task { await work() }
  }

  /// Where the store can't be asked it stops until the next look.
  private func work() async {
    problem = nil
    var isBusy = false
    while problem == nil, !reports.isEmpty || isLooking || isCheckDue || news.isOwed {
      // What ends at the same moment goes along.
      await Task.yield()
      do throws(StoreError) {
        if isCheckDue { try await compare() }
        try await exchange(isBusy: isBusy && !reports.isEmpty)
      } catch { (problem, isUnsure) = (error, true) }
      isBusy = true
    }
    isWorking = false
    if me.isDraining, calling.isEmpty { whenIdle() }
  }

  /// - Parameter isBusy: Whether something was told just before.
  private func exchange(isBusy: Bool) async throws(StoreError) {
    let told = reports
    let free = me.slots - calling.count + told.count
    let began = ContinuousClock.now
    let isFull = free > 0 && began >= nextFullLook
    isLooking = false
    let isTelling = news.tells(!told.isEmpty, isBusy: isBusy)
    let claims = try await queue.exchange(
      told, claiming: free, from: isFull ? 0 : place, for: me, isTelling: isTelling)
    // Where a look is slow, because there is much to pass over, it is rare.
    if isFull { nextFullLook = .now + max(.seconds(1), (.now - began) * 20) }
    reports.removeFirst(told.count)
    for report in told { calling[report.epoch] = nil }
    guard let first = claims.first else { return }
    place = max(place, first.place - Self.slack)
    lastEpoch = max(lastEpoch, claims.map(\.epoch).max() ?? 0)
    // There may be more.
    isLooking = isLooking || claims.count == free
    try await findContexts(of: Set(claims.map(\.run)))
    for claim in claims {
      guard let context = contexts[claim.run] else {
        // A lease that nobody begins is given back by the next check.
        isUnsure = true
        continue
      }
      calling[claim.epoch] = Task { [make] in finish(await make(claim, context)) }
    }
  }

  private func findContexts(of runs: Set<Int64>) async throws(StoreError) {
    if contexts.count + runs.count > Self.mostContexts {
      contexts = contexts.filter { runs.contains($0.key) }
    }
    let unknown = runs.filter { contexts[$0] == nil }
    if unknown.isEmpty { return }
    contexts.merge(try await queue.contexts(of: unknown.sorted())) { $1 }
  }

  private func finish(_ report: CallQueue.Report) {
    reports.append(report)
    start()
  }

  /// What it has lost is cancelled, and what it does not know is given back.
  private func compare() async throws(StoreError) {
    isCheckDue = false
    let leases = try await queue.leases(of: me.id, from: firstEpoch)
    isUnsure = false
    for (epoch, task) in calling where !leases.contains(epoch) { task.cancel() }
    let unknown = leases.filter { calling[$0] == nil }
    if !unknown.isEmpty { try await queue.lose(unknown) }
    firstEpoch = leases.subtracting(unknown).min() ?? lastEpoch
  }
}
