// The two planes of the scheduler with work that does nothing: owners of runs walk graphs of calls, which workers in
// other processes make. Everything but the calls themselves is what `thalweg worker` does.
//
//   planes worker DATABASE SLOTS          makes calls until its standard input ends
//   planes owner DATABASE SHAPE RUNS N    walks so many submitted runs, N at a time; their calls go to workers
//   planes alone DATABASE SHAPE RUNS N    the same, and makes the calls itself
//   planes events DATABASE RUNS SIZE N    appends SIZE events a time to each of RUNS runs, N times
//
// SHAPE is `chain` or `fan`. Prints what it has found as JSON.
import Execution
import Foundation
import JobStore
import PostgreSQL

do {
  try await measure(Array(CommandLine.arguments.dropFirst()))
} catch {
  print("\(error)")
  exit(1)
}

func measure(_ words: [String]) async throws {
  guard words.count >= 3 else { throw StoreError.noDatabase }
  let rest = Array(words[2...])
  let store = try await PostgreSQLRunStore.open(ServerAddress(words[1]))
  let queue = RunQueue(store, lost: RunError(code: "C843", message: "lost", text: "", json: "null"))
  let numbers = rest.compactMap { Int($0) }
  let me = RunQueue.Worker(id: UUID().uuidString, host: "bench", process: Int64(getpid()), slots: numbers[0])
  try await queue.register(me)
  switch words[0] {
  case "worker": try await BenchWorker(queue, me).run()
  case "events": print(try await EventBench(queue, me).run(numbers[0], size: numbers[1], times: numbers[2]))
  default:
    guard let shape = GraphShape(rawValue: rest[0]) else { throw StoreError.noDatabase }
    let desk = words[0] == "alone" ? nil : CallDesk(CallQueue(store))
    print(try await BenchOwner(queue, me, desk, shape).run(numbers[0], atOnce: numbers[1]))
  }
  try await queue.leave(me.id)
}
