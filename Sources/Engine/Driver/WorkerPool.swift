import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A lock with a condition to wait for: what workers share lies behind one.
///
/// Unchecked because the C structures never move and are made to be shared.
final class Gate: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }
  /// Of a locked gate: unlocks it until someone broadcasts.
  func wait() { pthread_cond_wait(condition, mutex) }
  /// The same, or until so much time has passed.
  func wait(nanoseconds: Int) {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    let total = Int(end.tv_nsec) + max(0, nanoseconds)
    end.tv_sec += total / 1_000_000_000
    end.tv_nsec = total % 1_000_000_000
    pthread_cond_timedwait(condition, mutex, &end)
  }
  func broadcast() { pthread_cond_broadcast(condition) }

  func withLock<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    lock()
    defer { unlock() }
    return try body()
  }
}

/// What a thread is to do, as C can carry it.
private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Threads of their own, so that reading files and waiting never block Swift's cooperative pool. The thread
/// that asks for work is one of the workers.
///
/// Unchecked because `count` is set before the pool is shared, and the other state is behind the gate.
final class WorkerPool: @unchecked Sendable {
  /// One worker, the caller.
  static let alone = WorkerPool(count: 1)

  /// Workers, with the caller.
  private(set) var count = 1
  private let gate = Gate()
  private var generation = 0
  private var running = 0
  private var body: (@Sendable (Int) -> Void)?
  private var isStopped = false
  private let busy = Atomic<Bool>(false)

  /// Starts so many workers, or as many as the system gives.
  init(count: Int) {
    while self.count < count {
      let index = self.count
      guard Self.startThread({ self.serve(index) }) else { break }
      self.count += 1
    }
  }

  /// Whether the workers are at work; what they ask for is then done by the one who asks.
  var isBusy: Bool { busy.load(ordering: .relaxed) }

  /// Ends the threads. The last call.
  func stop() {
    gate.withLock {
      isStopped = true
      gate.broadcast()
    }
  }

  /// Calls `body` once on each worker and waits for all.
  func onEachWorker(_ body: @Sendable (Int) -> Void) {
    guard count > 1, !isBusy else { return body(0) }
    busy.store(true, ordering: .relaxed)
    withoutActuallyEscaping(body) { escaping in
      gate.withLock {
        self.body = escaping
        running = count - 1
        generation += 1
        gate.broadcast()
      }
      escaping(0)
      gate.withLock {
        while running > 0 { gate.wait() }
        self.body = nil
      }
    }
    busy.store(false, ordering: .relaxed)
  }

  /// Calls `body` for 0..<tasks on whichever worker is free.
  func forEach(_ tasks: Int, _ body: @Sendable (Int) -> Void) {
    guard tasks > 1, count > 1, !isBusy else {
      for task in 0..<tasks { body(task) }
      return
    }
    let next = Atomic<Int>(0)
    onEachWorker { _ in
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if task >= tasks { return }
        body(task)
      }
    }
  }

  /// The results of `body` for 0..<tasks.
  func collect<R: Sendable>(_ tasks: Int, _ body: @Sendable (Int) -> R) -> [R] {
    let results = Mutex<[R?]>(Array(repeating: nil, count: tasks))
    forEach(tasks) { task in
      let result = body(task)
      results.withLock { $0[task] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  /// The results of `body` for 0..<tasks, or what the least of those that failed threw.
  func map<R: Sendable>(
    _ tasks: Int, _ body: @Sendable (Int) throws(RunFailure) -> R
  ) throws(RunFailure) -> [R] {
    let results = Mutex<[Result<R, RunFailure>?]>(Array(repeating: nil, count: tasks))
    forEach(tasks) { task in
      let result: Result<R, RunFailure>
      do throws(RunFailure) { result = .success(try body(task)) } catch { result = .failure(error) }
      results.withLock { $0[task] = result }
    }
    var values: [R] = []
    values.reserveCapacity(tasks)
    for case .some(let result) in results.withLock({ $0 }) { values.append(try result.get()) }
    return values
  }

  private func serve(_ index: Int) {
    var seen = 0
    while true {
      gate.lock()
      while generation == seen, !isStopped { gate.wait() }
      if isStopped {
        gate.unlock()
        return
      }
      seen = generation
      gate.unlock()
      perform(index)
      gate.withLock {
        running -= 1
        if running == 0 { gate.broadcast() }
      }
    }
  }

  /// Does the work that is wanted; holds it no longer than that, since it may not escape.
  @inline(never) private func perform(_ index: Int) {
    let work = gate.withLock { body }
    work?(index)
  }

  /// Runs `body` on a new thread; false when the system gives none.
  static func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    pthread_attr_setdetachstate(attributes, CInt(PTHREAD_CREATE_DETACHED))
    // Deep plans nest a call for each operator.
    pthread_attr_setstacksize(attributes, 16 << 20)
    let box = Unmanaged.passRetained(ThreadBody(body))
    let argument = box.toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(
        &thread, attributes,
        { argument in
          Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
          return nil
        }, argument)
    #else
      var thread = pthread_t()
      let status = pthread_create(
        &thread, attributes,
        { argument in
          if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, argument)
    #endif
    pthread_attr_destroy(attributes)
    if status != 0 { box.release() }
    return status == 0
  }
}
