import Columns

// What a stream reads and writes. A position, an epoch and what lies between two of them are the connector's: the
// engine only keeps them, and gives them back after a restart.

/// Rows that come without end, in partitions.
public protocol StreamSource: Sendable {
  /// Starts reading after `positions`, by the name of the partition; at the beginning of those that have none.
  /// Checks at once what can be checked.
  /// - Parameter arrivals: To be told when something has come after `next` gave nothing.
  func open(after positions: [String: String], arrivals: Arrivals) throws -> any StreamReader
}

/// A source under way. Called by one thread at a time; never waits.
public protocol StreamReader: Sendable {
  /// What comes next. After `nothing` it is asked again when `arrivals` has been told, or earlier.
  func next() throws -> StreamEvent
  /// The epoch that ends with these positions is complete and will never be read again: a queue may forget it.
  func commit(_ positions: [String: String]) throws
  /// Stops reading. The last call.
  func close()
}

/// What a source has to say.
public enum StreamEvent: Sendable {
  /// Some rows of one partition, in its order.
  case rows(StreamMorsel)
  /// A partition has none for now: a source that reads several names each that it has, so that event time waits
  /// for it.
  case partition(String)
  /// No more rows come of this partition, ever.
  case partitionEnded(String)
  /// Nothing is there now.
  case nothing
  /// No more rows come, ever.
  case end
}

/// Some rows of one partition.
public struct StreamMorsel: Sendable {
  /// The rows.
  public let morsel: any Morsel
  /// The partition's name, stable over restarts.
  public let partition: String
  /// Where reading goes on after these rows; asked only at the end of an epoch, of the last rows of a partition.
  public let position: @Sendable () -> String

  /// Makes a morsel.
  public init(_ morsel: any Morsel, partition: String, position: String) {
    self.init(morsel, partition: partition) { position }
  }

  /// Makes a morsel whose position takes some work to say.
  public init(_ morsel: any Morsel, partition: String, position: @escaping @Sendable () -> String) {
    self.morsel = morsel
    self.partition = partition
    self.position = position
  }
}

/// Wakes the driver: something has come.
public final class Arrivals: Sendable {
  private let gate = Gate()
  // Behind the gate.
  private nonisolated(unsafe) var hasArrived = false
  private nonisolated(unsafe) var next: ContinuousClock.Instant?

  /// Nothing has come yet.
  public init() {}

  /// Something has come, or something else is to be looked at. Any thread may say so, any number of times.
  public func signal() {
    gate.withLock {
      hasArrived = true
      gate.broadcast()
    }
  }

  /// A reader that has nothing now is to be asked again at this time, or before.
  public func signal(at time: ContinuousClock.Instant) {
    gate.withLock { next = next.map { min($0, time) } ?? time }
  }

  /// Waits for `signal`, or until so many nanoseconds have passed.
  func wait(nanoseconds: Int) {
    gate.withLock {
      if !hasArrived {
        var time = Duration.nanoseconds(nanoseconds)
        if let next { time = min(time, ContinuousClock.now.duration(to: next)) }
        if time > .zero { gate.wait(nanoseconds: Int(time / .nanoseconds(1))) }
      }
      hasArrived = false
      next = nil
    }
  }
}

/// Where the rows of a stream go, epoch by epoch.
public protocol EpochSink: Sendable {
  /// Makes ready to write for a run; checks at once what can be checked.
  /// - Parameters:
  ///   - run: The run's name, stable over restarts.
  ///   - epoch: The epoch that the run goes on after; 0 for a run that begins.
  func open(run: String, after epoch: Int) throws -> any EpochOutput
}

/// An output under way. Rows are encoded by many workers into a spool that survives a crash; when an epoch's
/// checkpoint is complete, its part of the spool is made visible.
public protocol EpochOutput: Sendable {
  /// The bytes of some rows, as the spool keeps them; called in parallel. A chunk is given back as it was.
  func encode(_ batch: Batch) throws -> [UInt8]
  /// Makes the rows of an epoch visible, all at once. An epoch that is visible already stays as it is: after a
  /// crash the last one is applied again. Called by one thread at a time, epochs in order, also without rows.
  /// - Parameter chunks: What `encode` gave, in order; may be asked for again.
  func apply(_ epoch: Int, _ chunks: any SpooledChunks) throws
  /// The run is over, or stops here. The last call.
  /// - Parameter isComplete: Whether all rows there will ever be are visible.
  func close(isComplete: Bool) throws
}

/// What was encoded of one epoch.
public protocol SpooledChunks: Sendable {
  /// Calls `body` with each chunk, in order.
  func forEach(_ body: ([UInt8]) throws -> Void) throws
  /// Bytes of all chunks.
  var size: Int { get }
}
