import Columns
import Synchronization

/// Where the batches of a stage come from.
enum Feed {
  case reader(any MorselReader, SourceOperator)
  case pieces(of: Operator)
}

/// One stage under way: hands out morsels in order, no more at once than may wait for each other, and notes
/// the earliest failure.
///
/// Unchecked because what changes is behind the gate.
final class Stage: @unchecked Sendable {
  private enum Work {
    case morsel(any Morsel, SourceOperator)
    case piece(Int, Operator)
  }

  private let number: Int
  private let feed: Feed
  private let root: Operator
  private let sinks: [SinkOperator]
  private let context: RunContext
  private let gate = Gate()
  private let window: Int
  private var sequence = 0
  /// The first morsel that is not done, and later ones that are.
  private var oldest = 0
  private var done: Set<Int> = []
  private var isAtEnd = false
  private var failure: (sequence: Int, error: RunFailure)?

  init(_ number: Int, _ feed: Feed, root: Operator, sinks: [SinkOperator], _ context: RunContext) {
    self.number = number
    self.feed = feed
    self.root = root
    self.sinks = sinks
    self.context = context
    window = context.options.workers * context.options.morselsPerWorker
  }

  /// Works off all morsels.
  func run(_ workers: [Worker]) throws(RunFailure) {
    for sink in sinks { sink.beginStage() }
    let all = workers
    context.pool.onEachWorker { index in serve(all[index]) }
    if let failure { throw failure.error }
  }

  private func serve(_ worker: Worker) {
    while let (sequence, work) = take(worker) {
      worker.begin(stage: number, sequence: sequence)
      do throws(RunFailure) {
        try perform(work, worker)
        for sink in sinks {
          let previous = worker.enter(sink.index)
          try sink.endMorsel(worker)
          worker.enter(previous)
        }
      } catch {
        note(error, sequence)
      }
      worker.enter(-1)
      worker.report(to: context.progress)
      end(sequence)
    }
  }

  private func perform(_ work: Work, _ worker: Worker) throws(RunFailure) {
    worker.enter(root.index)
    switch work {
    case .morsel(let morsel, let source):
      let batch = try source.decode(morsel, worker)
      do throws(RunFailure) { try root.emit(batch, worker) } catch {
        // The run has failed: only now the rows' places are worth their cost.
        guard case .fault(let fault) = error, fault.position.isEmpty, batch.tags == nil else { throw error }
        try root.emit(source.placed(batch, of: morsel), worker)
        throw error
      }
    case .piece(let index, let operation): try root.emit(operation.piece(index), worker)
    }
  }

  /// The next morsel, once few enough are under way; nil at the end or after a failure.
  private func take(_ worker: Worker) -> (Int, Work)? {
    gate.lock()
    defer { gate.unlock() }
    while !isAtEnd, sequence >= oldest + window { gate.wait() }
    if isAtEnd { return nil }
    if context.isCancelled.load(ordering: .relaxed) {
      stop(.cancelled, -1)
      return nil
    }
    let work: Work
    switch feed {
    case .reader(let reader, let source):
      let previous = worker.enter(source.index)
      defer { worker.enter(previous) }
      do {
        guard let morsel = try reader.next() else {
          isAtEnd = true
          gate.broadcast()
          return nil
        }
        work = .morsel(morsel, source)
      } catch {
        stop(source.failure(error), sequence)
        return nil
      }
    case .pieces(let operation):
      guard sequence < operation.pieces else {
        isAtEnd = true
        return nil
      }
      work = .piece(sequence, operation)
    }
    sequence += 1
    let live = context.progress.liveMorsels.wrappingAdd(1, ordering: .relaxed).newValue
    context.progress.peakMorsels.max(live, ordering: .relaxed)
    return (sequence - 1, work)
  }

  private func end(_ finished: Int) {
    gate.lock()
    done.insert(finished)
    while done.remove(oldest) != nil { oldest += 1 }
    gate.broadcast()
    gate.unlock()
    context.progress.liveMorsels.wrappingSubtract(1, ordering: .relaxed)
  }

  private func note(_ error: RunFailure, _ sequence: Int) {
    gate.lock()
    stop(error, sequence)
    gate.unlock()
  }

  /// The earliest failure counts: what is before it has all been handed out.
  private func stop(_ error: RunFailure, _ sequence: Int) {
    if failure.map({ sequence < $0.sequence }) ?? true { failure = (sequence, error) }
    isAtEnd = true
    gate.broadcast()
  }
}
