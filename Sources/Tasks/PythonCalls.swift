import Columns
import Foundation
import Semantics
import SystemPackage

/// Calls of a Python function by processes that stay, each with one call at a time.
struct PythonCalls {
  let pool: RowTaskPool
  let calls: [RowCall]

  private struct Waiting {
    let call: Int
    var left: Int
    var backoff: Backoff
    var notBefore: ContinuousClock.Instant
  }

  private struct Busy {
    let replica: RowTaskPool.Replica
    let waiting: Waiting
    let deadline: ContinuousClock.Instant?
  }

  /// Between two looks at whether the run is cancelled.
  private static let look = Duration.milliseconds(100)

  /// What each of the calls gave.
  func results() -> [Result<Column, TaskFailure>] {
    let options = pool.task.options
    var results = [Result<Column, TaskFailure>](repeating: .failure(.cancelled), count: calls.count)
    let now = ContinuousClock.now
    var waiting = calls.indices.map {
      Waiting(
        call: $0, left: options.retry?.count ?? 0, backoff: Backoff(options.retry?.backoff), notBefore: now)
    }[...]
    var busy: [Busy] = []

    func settle(_ done: Waiting, _ result: Result<Column, TaskFailure>) {
      guard case .failure(let failure) = result, !failure.isCancellation, done.left > 0 else {
        results[done.call] = result
        return
      }
      var again = done
      again.left -= 1
      again.notBefore = .now + again.backoff.next()
      waiting.append(again)
    }

    while !waiting.isEmpty || !busy.isEmpty {
      if pool.isCancelled {
        for one in busy { one.replica.process.stop() }
        return results
      }
      while busy.count < pool.copies, let next = waiting.first, next.notBefore <= .now {
        waiting.removeFirst()
        do throws(TaskFailure) {
          let replica = try pool.replica()
          let deadline = options.timeout.map { ContinuousClock.now + .microseconds($0) }
          if replica.process.send(try pool.made(calls[next.call]).keywords()) {
            busy.append(Busy(replica: replica, waiting: next, deadline: deadline))
          } else {
            settle(next, .failure(pool.explained(replica)))
          }
        } catch { settle(next, .failure(error)) }
      }
      let times = busy.compactMap(\.deadline) + (waiting.first.map { [$0.notBefore] } ?? [])
      let pause = times.map { $0 - .now }.min().map { min(max($0, .zero), Self.look) } ?? Self.look
      let isReadable = Self.wait(for: busy.map(\.replica.process.answers), pause)
      var still: [Busy] = []
      for (one, isReadable) in zip(busy, isReadable) {
        do throws(PythonReplica.Gone) {
          if isReadable, let answer = try one.replica.process.receive() {
            let call = pool.made(calls[one.waiting.call])
            settle(one.waiting, Result { () throws(TaskFailure) in try call.answered(answer) })
            pool.giveBack(one.replica)
          } else if let deadline = one.deadline, deadline <= .now {
            one.replica.process.stop()
            settle(one.waiting, .failure(.tooLate))
          } else {
            still.append(one)
          }
        } catch { settle(one.waiting, .failure(pool.explained(one.replica))) }
      }
      busy = still
    }
    return results
  }

  /// Which of these can be read from, when one can or the time is up.
  private static func wait(for files: [FileDescriptor], _ pause: Duration) -> [Bool] {
    var asked = files.map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
    let milliseconds = pause.components.seconds * 1000 + pause.components.attoseconds / 1_000_000_000_000_000
    _ = poll(&asked, nfds_t(asked.count), CInt(milliseconds) + 1)
    return asked.map { $0.revents != 0 }
  }
}
