import Synchronization

/// Whether a run is to begin nothing more for now: no task, and not to publish. What is under way goes on.
public final class PauseSwitch: Sendable {
  private let isOn = Atomic<Bool>(false)
  /// Between two looks of who waits for it.
  private static let look = Duration.milliseconds(20)

  /// Off.
  public init() {}

  var isPaused: Bool { isOn.load(ordering: .acquiring) }

  func set(_ isPaused: Bool) { isOn.store(isPaused, ordering: .releasing) }

  /// Waits while it is on.
  func wait() async throws(CancellationError) {
    while isPaused {
      do { try await Task.sleep(for: Self.look) } catch { throw CancellationError() }
    }
  }
}
