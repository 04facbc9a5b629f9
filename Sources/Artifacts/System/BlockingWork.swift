import NIOPosix
import Synchronization

/// Calls that wait for disks: made on threads of their own, never on Swift's cooperative pool.
enum BlockingWork {
  /// Tells work that nobody waits for it any more.
  final class Cancellation: Sendable {
    private let isCancelled = Atomic(false)

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    func check() throws(ArtifactError) {
      if isCancelled.load(ordering: .relaxed) { throw .cancelled }
    }
  }

  /// How many calls wait at once: what is made durable at once costs the disk little more than one.
  static let width = 8

  private static let threads: NIOThreadPool = {
    let threads = NIOThreadPool(numberOfThreads: width)
    threads.start()
    return threads
  }()

  static func run<Value: Sendable>(
    _ body: @escaping @Sendable (Cancellation) throws(ArtifactError) -> Value
  ) async throws(ArtifactError) -> Value {
    let cancellation = Cancellation()
    let result: Result<Value, ArtifactError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        threads.submit { _ in
          let result: Result<Value, ArtifactError>
          do throws(ArtifactError) {
            try cancellation.check()
            result = .success(try body(cancellation))
          } catch { result = .failure(error) }
          continuation.resume(returning: result)
        }
      }
    } onCancel: {
      cancellation.cancel()
    }
    return try result.get()
  }

  /// Runs `body` even where the calling task is cancelled.
  static func cleanUp(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      threads.submit { _ in
        body()
        continuation.resume()
      }
    }
  }
}

/// What `work` gives for each element, in their order, a few at once; ends with the first failure.
func concurrently<Element: Sendable, Value: Sendable>(
  _ elements: [Element], _ work: @escaping @Sendable (Element) async throws(ArtifactError) -> Value
) async throws(ArtifactError) -> [Value] {
  typealias Outcome = (index: Int, result: Result<Value, ArtifactError>)
  let attempt: @Sendable (Int) async -> Outcome = { index in
    do throws(ArtifactError) { return (index, .success(try await work(elements[index]))) } catch {
      return (index, .failure(error))
    }
  }
  let result = await withTaskGroup(of: Outcome.self) { group -> Result<[Value], ArtifactError> in
    var values = [Value?](repeating: nil, count: elements.count)
    var waiting = elements.indices
    for index in waiting.prefix(BlockingWork.width) { group.addTask { await attempt(index) } }
    waiting = waiting.dropFirst(BlockingWork.width)
    while let (index, result) = await group.next() {
      switch result {
      case .success(let value): values[index] = value
      case .failure(let error):
        group.cancelAll()
        return .failure(error)
      }
      if let index = waiting.popFirst() { group.addTask { await attempt(index) } }
    }
    return .success(values.map { $0! })
  }
  return try result.get()
}
