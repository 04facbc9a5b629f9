/// JSON texts as values of their own.
public enum JSONText {
  /// What an element of a vector may be: the text of the greatest number of 32 bits, to which it is rounded.
  public static let largestVectorElement = 3.4028235e38

  /// Whether `text` is one JSON value, in UTF-8.
  public static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = text.baseAddress, UTF8Check.isValid(start, text.count) else { return false }
    return withPadding(text) { place in
      var scanner = JSONScanner(place, spansLines: true)
      scanner.skipSpaces()
      do throws(JSONIssue) { try scanner.skipValue() } catch { return false }
      scanner.skipSpaces()
      return scanner.place == place + text.count
    }
  }

  /// A copy of `text` with zeros behind it.
  static func withPadding<R>(_ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafePointer<UInt8>) -> R) -> R {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + 64) { room in
      _ = room.initialize(from: text)
      for index in text.count..<(text.count + 64) { room[index] = 0 }
      return body(UnsafePointer(room.baseAddress.unsafelyUnwrapped))
    }
  }
}
