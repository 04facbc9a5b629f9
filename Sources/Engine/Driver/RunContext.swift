import Columns
import Dataflow
import Semantics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What all operators and workers of a run share.
final class RunContext: Sendable {
  let graph: Graph
  let options: RunOptions
  let progress: RunProgress
  let pool: WorkerPool
  let needs: Needs
  /// Of the sources of a stream.
  let partitions = Partitions()
  /// Set when the run's task is cancelled.
  let isCancelled = Atomic<Bool>(false)
  /// When what is under way has taken too long: nanoseconds of `monotonicNanoseconds`.
  let deadline = Atomic<Int>(.max)
  private let arguments: [(local: Local, value: Column)]

  /// - Parameter parameters: The pipeline's arguments: local id to a column of one row.
  init(_ graph: Graph, parameters: [Int: Column], options: RunOptions, progress: RunProgress) {
    self.graph = graph
    self.options = options
    self.progress = progress
    pool = WorkerPool(count: options.workers)
    needs = Needs(graph: graph)
    arguments = graph.parameters.compactMap { parameter in
      parameters[parameter.local.id].map { (parameter.local, $0) }
    }
  }

  /// A compiler that knows the pipeline's arguments.
  func compiler() -> ExpressionCompiler {
    ExpressionCompiler(parameters: arguments, secrets: options.secrets, tasks: options.tasks)
  }

  /// How many batches `count` rows are cut into.
  func pieces(of count: Int) -> Int { (count + options.morselRows - 1) / options.morselRows }

  /// The rows of one of them.
  func rows(ofPiece index: Int, count: Int) -> Range<Int> {
    let start = index * options.morselRows
    return start..<min(start + options.morselRows, count)
  }

  func checkCancelled() throws(RunFailure) {
    if isCancelled.load(ordering: .relaxed) { throw .cancelled }
    let deadline = deadline.load(ordering: .relaxed)
    if deadline != .max, monotonicNanoseconds() > deadline { throw .cancelled }
  }
}

/// Time that never goes back.
func monotonicNanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
}
