import Columns
import Dispatch
import Engine
import Synchronization

/// Writes what calls write, before they are answered. Calls that come while others are being written are written
/// together, as one epoch of each sink.
final class ServiceSinks: Sendable {
  private struct Entry {
    /// By sink.
    let chunks: [String: [UInt8]]
    let completion: @Sendable (Result<Void, CallFailure>) -> Void
  }

  private struct State {
    var waiting: [Entry] = []
    var isWriting = false
    var epoch = 0
  }

  private let outputs: [(name: String, output: any EpochOutput)]
  private let state = Mutex(State())
  /// Writing waits for disks and networks, which Swift's cooperative pool must not.
  private let queue = DispatchQueue(label: "thalweg.sinks")

  /// Opens the sinks, in the pipeline's order.
  init(_ sinks: [(name: String, sink: any EpochSink)], run: String) throws(RunFailure) {
    var outputs: [(name: String, output: any EpochOutput)] = []
    for (name, sink) in sinks {
      do { outputs.append((name, try sink.open(run: run, after: 0))) } catch {
        throw .output(name: name, error: error)
      }
    }
    self.outputs = outputs
  }

  /// Writes the rows of a call; `completion` is called when they are visible or can't be.
  func write(
    _ written: [CallResult.Written], _ completion: @escaping @Sendable (Result<Void, CallFailure>) -> Void
  ) {
    var chunks: [String: [UInt8]] = [:]
    for part in written where part.rows.count > 0 {
      guard let output = outputs.first(where: { $0.name == part.sink })?.output else { continue }
      do { chunks[part.sink] = try output.encode(part.rows) } catch {
        return completion(.failure(.unwritable(name: part.sink, "\(error)")))
      }
    }
    let starts = state.withLock { state in
      state.waiting.append(Entry(chunks: chunks, completion: completion))
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if starts { queue.async { self.writeAll() } }
  }

  /// Writes epochs until nobody waits.
  private func writeAll() {
    while true {
      let (epoch, entries) = state.withLock { state in
        let entries = state.waiting
        state.waiting = []
        state.epoch += 1
        state.isWriting = !entries.isEmpty
        return (state.epoch, entries)
      }
      if entries.isEmpty { return }
      let result = write(entries, epoch)
      for entry in entries { entry.completion(result) }
    }
  }

  private func write(_ entries: [Entry], _ epoch: Int) -> Result<Void, CallFailure> {
    for (name, output) in outputs {
      let chunks = Chunks(chunks: entries.compactMap { $0.chunks[name] })
      do { try output.apply(epoch, chunks) } catch {
        return .failure(.unwritable(name: name, "\(error)"))
      }
    }
    return .success(())
  }

  private struct Chunks: SpooledChunks {
    let chunks: [[UInt8]]
    var size: Int { chunks.reduce(0) { $0 + $1.count } }
    func forEach(_ body: ([UInt8]) throws -> Void) throws { for chunk in chunks { try body(chunk) } }
  }

  /// No more calls come.
  func close() {
    queue.sync {
      for (_, output) in outputs { try? output.close(isComplete: true) }
    }
  }
}
