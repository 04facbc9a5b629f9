import Foundation
import Testing

@testable import Tasks

#if canImport(Glibc)
  import Glibc
#endif

/// Processes that end before they would, and those that they have started.
@Suite(.timeLimit(.minutes(15))) struct ProcessEndTests {
  /// Starts a process of its own, which ignores SIGTERM, and tells its number.
  private static let stubborn = """
    task work(rows: Table<Row>) -> Int {
      command "sh -c 'trap : TERM; while true; do sleep 1; done' & echo $! > child.tmp; mv child.tmp child; WAIT"
      OPTIONS
    }
    """

  /// A process that was killed is there until it is scheduled again.
  private func waitForEnd(_ fixture: TaskFixture) async throws {
    // On a busy machine the time may be up before it was started.
    guard FileManager.default.fileExists(atPath: fixture.folder + "/child") else { return }
    while try isAlive(fixture) { await Task.yield() }
  }

  private func isAlive(_ fixture: TaskFixture) throws -> Bool {
    let text = try fixture.read("child").trimmingCharacters(in: .whitespacesAndNewlines)
    let process = try #require(pid_t(text))
    guard kill(process, 0) == 0 else { return false }
    // One that nobody has waited for yet is a zombie.
    let state = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8))?
      .split(separator: ")").last?.split(separator: " ").first
    return state != "Z" && state != nil
  }

  @Test func aTimeoutEndsGrandchildren() async throws {
    let text = Self.stubborn.replacing("WAIT", with: "wait").replacing("OPTIONS", with: "timeout 2s")
    let fixture = try await TaskFixture(text)
    let failure = try #require(await fixture.failure())
    #expect(failure.message == "took longer than its `timeout` allows, and was stopped")
    try await waitForEnd(fixture)
  }

  @Test(arguments: [("64MiB", false), ("8GiB", true)])
  func memoryIsLimited(limit: String, isEnough: Bool) async throws {
    let fixture = try await TaskFixture(
      """
      task work(rows: Table<Row>) -> Int {
        command "python3 -c 'bytearray(300 << 20)'; echo 1"
        resources { memory: \(limit) }
      }
      """)
    #expect((await fixture.failure() == nil) == isEnough)
  }

  @Test func whatIsLeftRunningEndsWithTheWork() async throws {
    let text = Self.stubborn.replacing("WAIT", with: "echo 1").replacing("OPTIONS", with: "")
    let fixture = try await TaskFixture(text)
    _ = try await fixture.attempt()
    try await waitForEnd(fixture)
  }

  @Test func cancellingEndsGrandchildren() async throws {
    let text = Self.stubborn.replacing("WAIT", with: "wait").replacing("OPTIONS", with: "")
    let fixture = try await TaskFixture(text)
    let work = Task { await fixture.failure() }
    while !FileManager.default.fileExists(atPath: fixture.folder + "/child") { await Task.yield() }
    work.cancel()
    #expect(await work.value?.isCancellation == true)
    try await waitForEnd(fixture)
  }
}
