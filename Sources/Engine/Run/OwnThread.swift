import Synchronization

/// Runs `body` on a thread of its own, so that waiting never blocks Swift's cooperative pool; tells `context` when
/// the calling task is cancelled.
func onOwnThread<R: Sendable>(
  _ context: RunContext, wake: @escaping @Sendable () -> Void = {},
  _ body: @escaping @Sendable () throws(RunFailure) -> R
) async throws(RunFailure) -> R {
  let result: Result<R, RunFailure> = await withTaskCancellationHandler {
    await withCheckedContinuation { continuation in
      let execute: @Sendable () -> Void = {
        let result: Result<R, RunFailure>
        do throws(RunFailure) { result = .success(try body()) } catch { result = .failure(error) }
        continuation.resume(returning: result)
      }
      if !WorkerPool.startThread(execute) { execute() }
    }
  } onCancel: {
    context.isCancelled.store(true, ordering: .relaxed)
    context.options.tasks?.cancel()
    wake()
  }
  return try result.get()
}
