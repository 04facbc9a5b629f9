extension BatchRun {
  /// Runs to the end: opens sources and sinks, drives every row, judges the checks, finishes the outputs.
  /// Stops soon after the calling task is cancelled. Whatever it throws, it has discarded all outputs.
  public func run(progress: RunProgress) async throws(RunFailure) -> StagedRun {
    let context = RunContext(graph, parameters: parameters, options: options, progress: progress)
    return try await onOwnThread(context) { () throws(RunFailure) in
      try RunDriver(self, context).execute()
    }
  }
}
