import Diagnosing
import Execution
import Foundation
import HummingbirdCore
import JobStore
import Logging
import NIOCore
import NIOPosix
import Semantics
import Synchronization

/// Serves services over HTTP, all at one address, until it is asked to stop.
public struct Gateway: Sendable {
  /// How long calls under way may take to finish when the gateway stops.
  private static let grace = Duration.seconds(10)

  private let runs: [ServiceRun]
  private let dispatcher: Dispatcher
  private let problems: @Sendable ([Diagnostic], SourceMap) -> Void

  /// Two services that have one route.
  public struct Conflict: Error {
    /// The route: `post /orders`.
    public let route: String
    /// The names of the pipelines.
    public let names: [String]
  }

  /// Why an address can't be listened at.
  public struct Unusable: Error {
    /// In one line.
    public let reason: String
  }

  /// Makes a gateway; nothing is opened yet.
  /// - Parameter problems: Is told of faults of calls and of tables that can't be read.
  public init(
    _ runs: [ServiceRun], access: Access,
    problems: @escaping @Sendable ([Diagnostic], SourceMap) -> Void
  ) throws(Conflict) {
    self.runs = runs
    self.problems = problems
    do throws(Dispatcher.Conflict) {
      dispatcher = try Dispatcher(runs, access: access, problems: problems)
    } catch {
      throw Conflict(
        route: "\(error.second.method.rawValue) \(error.second.path)",
        names: [error.first.name, error.second.name])
    }
  }

  /// What each route has answered so far.
  public var figures: [RouteFigures] { dispatcher.figures }

  /// Listens, answers, and stops gracefully when the calling task is cancelled: takes no more calls and finishes
  /// those that are under way.
  /// - Parameters:
  ///   - port: 0 for any that is free.
  ///   - listening: Called once, with the port, when requests are taken; calls may still have to wait for tables.
  ///   - ready: Called once, with the port, when every service can answer.
  /// - Throws: `Unusable`, or `StoreError` where a run can't be recorded.
  public func run(
    host: String, port: Int, listening: @Sendable (Int) -> Void = { _ in },
    ready: @escaping @Sendable (Int) -> Void
  ) async throws {
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let (ports, opened) = AsyncStream.makeStream(of: Int.self)
    let server = Server(
      childChannelSetup: ConnectionSetup(dispatcher: dispatcher),
      configuration: ServerConfiguration(address: .hostname(host, port: port), backlog: 1024),
      onServerRunning: { channel in opened.yield(channel.localAddress?.port ?? port) },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Self.logger)
    // A task of its own: what ends the caller must not end the calls under way.
    let serving = Task {
      defer {
        opened.finish()
        stop.finish()
      }
      try await server.run()
    }
    guard let port = await ports.first(where: { _ in true }) else {
      do { try await serving.value } catch { throw Unusable(reason: Self.text(error)) }
      return
    }
    listening(port)
    let waiting = Countdown(runs.count) { ready(port) }
    for run in runs { try await run.begin() }
    let keepers = runs.map { [problems] run in
      Task { await run.keep(ready: waiting.step) { problems($0, run.sources) } }
    }
    await withTaskCancellationHandler {
      for await _ in stops {}
    } onCancel: {
      stop.finish()
    }
    dispatcher.stop()
    await finish(server)
    for keeper in keepers { keeper.cancel() }
    // Recorded by a task that is not cancelled.
    try await Task { for run in runs { try await run.end() } }.value
  }

  /// Stops listening and waits for calls under way, but not for ever.
  private func finish(_ server: Server<ConnectionSetup>) async {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let stopping = Task {
      try? await server.shutdownGracefully()
      end.finish()
    }
    let patience = Task {
      try? await Task.sleep(for: Self.grace)
      end.finish()
    }
    await Task { for await _ in ends {} }.value
    stopping.cancel()
    patience.cancel()
  }

  private static let logger = Logger(label: "thalweg") { _ in SwiftLogNoOpLogHandler() }

  private static func text(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return String(cString: strerror(error.errnoCode))
  }
}

/// Calls back when so many have reported.
private final class Countdown: Sendable {
  private let left: Mutex<Int>
  private let done: @Sendable () -> Void

  init(_ count: Int, done: @escaping @Sendable () -> Void) {
    left = Mutex(count)
    self.done = done
  }

  @Sendable func step() {
    let isLast = left.withLock { left in
      left -= 1
      return left == 0
    }
    if isLast { done() }
  }
}
