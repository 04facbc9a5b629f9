/// A source that can only be waited for, such as a pipe: read on a thread of its own, some bytes ahead of the driver.
/// It has one partition.
///
/// Unchecked because what changes is behind the gate.
public final class ReadAhead: StreamReader, @unchecked Sendable {
  private let partition: String
  private let limit: Int
  private let arrivals: Arrivals
  private let gate = Gate()
  private var morsels: [any Morsel] = []
  private var bytes = 0
  private var end: Result<Void, any Error>?
  private var isClosed = false
  private var isKnown = false

  /// Starts reading.
  /// - Parameters:
  ///   - partition: The name of the one partition.
  ///   - bytes: How much waits for the driver at most, but for one morsel.
  ///   - opening: Opens what is read; may wait, as may the reader that it gives.
  public init(
    _ partition: String, bytes limit: Int, _ arrivals: Arrivals,
    opening: @escaping @Sendable () throws -> any MorselReader
  ) {
    self.partition = partition
    self.limit = limit
    self.arrivals = arrivals
    let isStarted = WorkerPool.startThread { [self] in
      do {
        let reader = try opening()
        while let morsel = try reader.next(), add(morsel) {}
        finish(.success(()))
      } catch {
        finish(.failure(error))
      }
    }
    if !isStarted { finish(.failure(NoThread())) }
  }

  /// Waits for room; false when nobody reads any more.
  private func add(_ morsel: any Morsel) -> Bool {
    let isOpen = gate.withLock {
      while bytes >= limit, !isClosed { gate.wait() }
      morsels.append(morsel)
      bytes += morsel.size
      return !isClosed
    }
    arrivals.signal()
    return isOpen
  }

  private func finish(_ result: Result<Void, any Error>) {
    gate.withLock { end = result }
    arrivals.signal()
  }

  /// What has been read.
  public func next() throws -> StreamEvent {
    if !isKnown {
      isKnown = true
      return .partition(partition)
    }
    return try gate.withLock {
      if !morsels.isEmpty {
        let morsel = morsels.removeFirst()
        bytes -= morsel.size
        gate.broadcast()
        return .rows(StreamMorsel(morsel, partition: partition, position: ""))
      }
      guard let end else { return .nothing }
      try end.get()
      return .end
    }
  }

  /// There is nothing to forget.
  public func commit(_ positions: [String: String]) {}

  /// The thread ends when what it waits for comes.
  public func close() {
    gate.withLock {
      isClosed = true
      gate.broadcast()
    }
  }
}

/// The system has given no thread.
private struct NoThread: Error, CustomStringConvertible {
  var description: String { "there are too many threads" }
}
