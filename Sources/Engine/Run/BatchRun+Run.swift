import Synchronization

extension BatchRun {
  /// Runs to the end: opens sources and sinks, drives every row, judges the checks, finishes the outputs.
  /// Stops soon after the calling task is cancelled. Whatever it throws, it has discarded all outputs.
  public func run(progress: RunProgress) async throws(RunFailure) -> StagedRun {
    let context = RunContext(graph, parameters: parameters, options: options, progress: progress)
    let result: Result<StagedRun, RunFailure> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let execute: @Sendable () -> Void = {
          let driver = RunDriver(self, context)
          let result: Result<StagedRun, RunFailure>
          do throws(RunFailure) { result = .success(try driver.execute()) } catch { result = .failure(error) }
          continuation.resume(returning: result)
        }
        if !WorkerPool.startThread(execute) { execute() }
      }
    } onCancel: {
      context.isCancelled.store(true, ordering: .relaxed)
    }
    return try result.get()
  }
}
