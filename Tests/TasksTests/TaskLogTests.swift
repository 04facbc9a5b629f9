import Foundation
import Testing

@testable import Tasks

@Suite struct TaskLogTests {
  private func withLog<Value>(
    _ text: String, secrets: [String] = [], _ body: (TaskLog) throws -> Value
  ) throws -> Value {
    let path = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try body(TaskLog(path: path, secrets: secrets))
  }

  @Test func `only whole lines are taken before the end`() throws {
    try withLog("one\ntwo\nthr") { log in
      let piece = try #require(log.piece(from: 0, most: 100, isOver: false))
      #expect(piece.text == "one\ntwo\n" && piece.position == 0 && piece.size == 8)
      #expect(log.piece(from: 8, most: 100, isOver: false) == nil)
      #expect(log.piece(from: 8, most: 100, isOver: true)?.text == "thr")
      #expect(log.piece(from: 11, most: 100, isOver: true) == nil)
      #expect(log.piece(from: 0, most: 6, isOver: true)?.text == "one\n")
      #expect(log.piece(from: 0, most: 2, isOver: false)?.text == "on")
    }
  }

  @Test func `what can't be shown is no obstacle`() throws {
    try withLog("a\0b\n") { #expect($0.piece(from: 0, most: 9, isOver: true)?.text == "a\u{FFFD}b\n") }
    #expect(TaskLog(path: "/nonexistent/log").piece(from: 0, most: 9, isOver: true) == nil)
    #expect(TaskLog(path: "/nonexistent/log").size == 0)
  }

  /// However it is cut.
  @Test(arguments: 14...40)
  func `no part of a secret is shown`(most: Int) throws {
    try withLog("ab se\ncret se\ncretse\ncret sese\ncret end", secrets: ["se\ncret", "cd"]) { log in
      var (text, position) = ("", Int64(0))
      while let piece = log.piece(from: position, most: most, isOver: true) {
        #expect(piece.position == position)
        text += piece.text
        position += piece.size
      }
      #expect(text == "ab *** ****** se*** end")
      let end = log.endPosition(Int64(most))
      var rest = ""
      position = end
      while let piece = log.piece(from: position, most: 99, isOver: true) {
        rest += piece.text
        position += piece.size
      }
      #expect(!rest.contains("cret") && "ab *** ****** se*** end".hasSuffix(rest), "\(rest)")
    }
  }
}
