extension BatchRun {
  /// Runs to the end: opens sinks and sources, drives every row, finishes the outputs, judges the checks.
  /// Stops soon after the calling task is cancelled. Whatever it throws, it has discarded all outputs.
  public func run(progress: RunProgress) async throws(RunFailure) -> StagedRun {
    throw .cancelled
  }
}
