import PostgreSQL

@testable import JobStore
@testable import TestServers

/// Asks a real database what a simulation has asked its model.
struct PostgreSQLReplay {
  let database: Database
  let queue: RunQueue
  private let calls: CallQueue
  private let cap: Int?
  /// When workers were heard of, by the clock of the simulation.
  private var seen: [Int: Int] = [:]

  /// An empty database.
  init(cap: Int?) async throws {
    database = try Database()
    _ = try await PostgreSQLSchema(try database.address).migrate()
    queue = RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: RunQueueTests.lost)
    calls = CallQueue(queue.store)
    self.cap = cap
  }

  private func worker(_ number: Int) -> RunQueue.Worker {
    RunQueue.Worker(id: "worker-\(number)", host: "a", process: 1, slots: Int(Simulation.slots))
  }

  private func number(_ id: RunID) -> Int { Int(id.text.dropFirst("run-".count)) ?? 0 }
  private func id(_ run: Int) -> RunID { ModelQueue.planned(run).id }

  private func store(under lease: Int64) -> PostgreSQLRunStore {
    var store = queue.store
    store.lease = lease
    return store
  }

  private func lease(_ epoch: Int64) throws -> CallQueue.Lease {
    let run = try database.rows("SELECT run FROM run_lease WHERE epoch = \(epoch)").first
    return CallQueue.Lease(run: run.flatMap { Int64($0.dropFirst().dropLast()) } ?? 0, epoch: epoch)
  }

  mutating func perform(_ request: Request, at now: Int) async throws -> Answer {
    switch request {
    case .submit(let run):
      let terms = RunQueue.Terms(caps: cap.map { [Cap(key: "all", size: $0)] } ?? [])
      do throws(StoreError) {
        try await queue.submit(
          ModelQueue.planned(run), jobs: ModelQueue.jobs, plan: somePlan, RunQueueTests.submission, terms)
        return .done
      } catch {
        guard case .duplicate = error else { throw error }
        return .refused
      }
    case .register(let worker):
      try await queue.register(self.worker(worker))
      if seen[worker] == nil { seen[worker] = now }
      return .done
    case .heartbeat(let worker):
      guard let heartbeat = try await queue.heartbeat(of: self.worker(worker).id) else { return .refused }
      seen[worker] = now
      return .heartbeat(leases: heartbeat.leases, cancelled: heartbeat.cancelled)
    case .claim(let worker):
      do throws(StoreError) {
        let claims = try await queue.claim(1, for: self.worker(worker))
        return .claims(claims.map { RunClaim(run: number($0.run.id), lease: $0.epoch, number: $0.number) })
      } catch {
        guard case .unreachable(_, let reason) = error, reason.contains("foreign key") else { throw error }
        return .refused
      }
    case .resume(let run, let lease):
      return .flag(
        try await store(under: lease).resume(ModelQueue.planned(run), jobs: ModelQueue.jobs, plan: somePlan))
    case .update(let run, let lease, let changes, let batch):
      return .flag(try await store(under: lease).update(id(run), changes, batch: batch))
    case .release(let lease): try await queue.release(lease)
    case .recover:
      // A millisecond there is a quarter of an hour here, so that the time that the test itself needs counts nothing.
      for (worker, last) in seen {
        try database.run(
          "UPDATE worker SET seen = now() - make_interval(mins => \(15 * (now - last))) WHERE id = 'worker-\(worker)'"
        )
      }
      try await queue.recover(silentFor: Double(ModelQueue.patience) * 900 + 450)
      for (worker, last) in seen where last < now - ModelQueue.patience { seen[worker] = nil }
      return .claims([])
    case .leave(let worker):
      try await queue.leave(self.worker(worker).id)
      seen[worker] = nil
    case .cancel(let run): return .cancellation(try await queue.cancel(id(run)))
    case .retry(let run): return .flag(try await queue.retry(id(run)))
    case .known(let run):
      return .known(RunHistory.calls(in: try await queue.store.events(of: id(run))))
    case .open(let lease): return .open(try await calls.open(under: try self.lease(lease)))
    case .offer(let offers, let step, let lease):
      try await calls.offer(offers, step: step, under: try self.lease(lease))
    case .settle(let names, let step, let lease):
      try await calls.withdraw(names, before: step, under: try self.lease(lease))
    case .exchange(let reports, let isClaiming, let worker):
      let claims = try await calls.exchange(reports, claiming: isClaiming ? 1 : 0, for: self.worker(worker))
      let contexts = try await calls.contexts(of: claims.map(\.run))
      return .calls(
        claims.map { claim in
          CallClaim(
            epoch: claim.epoch, run: contexts[claim.run].map { number($0.run.id) } ?? 0, offer: claim.offer)
        })
    case .results(let worker):
      let held = try database.rows("SELECT epoch FROM run_lease WHERE worker = '\(self.worker(worker).id)'")
      let leases = try held.compactMap { Int64($0.dropFirst().dropLast()) }.map { try lease($0) }
      let ends = try await calls.attend(
        CallQueue.Orders(step: 0), of: Dictionary(uniqueKeysWithValues: leases.map { ($0, [:]) }),
        isTelling: false)
      return .results(
        Set(
          ends.map {
            CallEnd(
              lease: $0.call.lease.epoch, name: $0.call.name, input: $0.input, attempt: $0.call.number,
              outcome: $0.outcome, value: $0.value)
          }))
    case .callLeases(let worker): return .leases(try await calls.leases(of: self.worker(worker).id))
    case .lose(let epochs): try await calls.lose(epochs)
    }
    return .done
  }
}
