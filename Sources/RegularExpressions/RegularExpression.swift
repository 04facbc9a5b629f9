import CRE2

/// A compiled regular expression in RE2's syntax, over UTF-8 bytes. Matching takes time linear in the text.
///
/// Unchecked because the handle is only read after `init`: RE2 guards its caches itself.
public final class RegularExpression: @unchecked Sendable {
  private let handle: OpaquePointer
  /// The source it was compiled from.
  public let source: String
  /// Number of capturing groups; the whole match is not one.
  public let groupCount: Int

  /// Compiles `source`.
  public init(_ source: String) throws(RegularExpressionProblem) {
    var text = source
    let handle = text.withUTF8 { cre2_compile($0.baseAddress, $0.count) }
    if let problem = Self.problem(of: handle) {
      cre2_free(handle)
      throw RegularExpressionProblem(message: problem)
    }
    self.handle = handle
    self.source = source
    groupCount = Int(cre2_group_count(handle))
  }

  deinit { cre2_free(handle) }

  /// What is wrong with an expression, in one line; nil when it compiles.
  public static func problem(in source: String) -> String? {
    var text = source
    let handle = text.withUTF8 { cre2_compile($0.baseAddress, $0.count) }
    defer { cre2_free(handle) }
    return problem(of: handle)
  }

  private static func problem(of handle: OpaquePointer) -> String? {
    guard let message = cre2_problem(handle) else { return nil }
    var text = String(cString: message)
    let part = String(cString: cre2_problem_part(handle))
    // RE2 names the part in its message, unquoted: `missing ): a(b`.
    if !part.isEmpty, text.hasSuffix(": \(part)") { text.removeLast(part.count + 2) }
    return part.isEmpty || text.contains("`") ? text : "\(text): `\(part)`"
  }

  /// Whether the whole text matches.
  public func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    cre2_matches(handle, text.baseAddress, text.count)
  }

  /// Whether the whole text matches.
  public func matches(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { matches($0) }
  }

  /// The bytes of the first match that begins at `start` or later.
  public func firstMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Range<Int>? {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2) { bounds in
      guard cre2_find(handle, text.baseAddress, text.count, start, bounds.baseAddress, 1) else { return nil }
      return Int(bounds[0])..<Int(bounds[1])
    }
  }

  /// The bytes of each group in the first match, nil where a group took no part; nil without a match.
  public func captures(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>?]? {
    let count = groupCount + 1
    return withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * count) { bounds in
      guard cre2_find(handle, text.baseAddress, text.count, 0, bounds.baseAddress, Int32(count)) else {
        return nil
      }
      return (1..<count).map { bounds[2 * $0] < 0 ? nil : Int(bounds[2 * $0])..<Int(bounds[2 * $0 + 1]) }
    }
  }
}

/// An expression that does not compile.
public struct RegularExpressionProblem: Error, Sendable, CustomStringConvertible {
  /// What is wrong, in one line.
  public let message: String
  /// The message.
  public var description: String { message }
}
