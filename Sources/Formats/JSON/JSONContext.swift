import Columns

/// What all columns of one decoding share.
final class JSONContext {
  let refusesUnknown: Bool
  /// Text that does not stand in the input as it is.
  private(set) var arena = TextArena()
  var usesArena = false
  /// Whether a view points into the input. Behind a pointer, as all that changes with every value: a class's
  /// own variables are guarded at each access.
  let pointsIntoInput = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
  /// The steps to the value that does not fit, innermost first.
  var path: [PathStep] = []
  var blamed: Blame?

  enum PathStep {
    case member(String)
    case index(Int)
    case key(String)
  }

  /// A value that does not fit, where it begins, and what was expected there.
  struct Blame {
    let start: UnsafePointer<UInt8>
    let field: FieldSchema
    var constraint: ValueConstraint?
    var name: String?
  }

  init(refusesUnknown: Bool) {
    self.refusesUnknown = refusesUnknown
    pointsIntoInput.pointee = false
  }

  deinit { pointsIntoInput.deallocate() }

  /// `items[2].price`, `tags["a"]`; nil for the row itself.
  var pathText: String? {
    if path.isEmpty { return nil }
    var text = ""
    for step in path.reversed() {
      switch step {
      case .member(let name): text += text.isEmpty ? name : ".\(name)"
      case .index(let index): text += "[\(index)]"
      case .key(let key): text += "[\(Wording.quoted(key))]"
      }
    }
    return text
  }

  func reset() {
    path = []
    blamed = nil
  }

  /// Makes ready for another text: what was read of the one before keeps the arena.
  func renew() {
    if usesArena { arena = TextArena() }
    usesArena = false
    pointsIntoInput.pointee = false
  }

  /// `/items/2/price`, as RFC 6901 has it.
  var pointer: String {
    path.reversed().reduce(into: "") { text, step in
      switch step {
      case .member(let name), .key(let name): text += JSONPointer.step(name)
      case .index(let index): text += JSONPointer.step("\(index)")
      }
    }
  }

  func blame(
    _ start: UnsafePointer<UInt8>, _ field: FieldSchema, constraint: ValueConstraint? = nil,
    name: String? = nil
  ) {
    blamed = Blame(start: start, field: field, constraint: constraint, name: name)
  }

  /// A view of a string's content: of the input where it has no escapes.
  @inline(__always)
  func view(_ content: UnsafeBufferPointer<UInt8>, isEscaped: Bool) throws(JSONIssue) -> TextView {
    guard let start = content.baseAddress else { return TextView() }
    if isEscaped { return try unescaped(content) }
    if content.count > 12 { pointsIntoInput.pointee = true }
    return TextView(padded: start, count: content.count)
  }

  @inline(never)
  private func unescaped(_ content: UnsafeBufferPointer<UInt8>) throws(JSONIssue) -> TextView {
    let place = arena.reserve(content.count)
    usesArena = true
    return TextView(place, count: try JSONScanner.unescape(content, to: place))
  }

  func decodedBase64(_ text: TextView) -> TextView? {
    let place = arena.reserve(Base64.decodedCount(text.count) + 3)
    usesArena = true
    return text.withBytes { Base64.decode($0, to: place) }.map { TextView(place, count: $0) }
  }

  /// What a decoding's text columns hold on to.
  func owners(_ input: any TextOwner) -> [any TextOwner] {
    (pointsIntoInput.pointee ? [input] : []) + (usesArena ? [arena] : [])
  }

  /// What is wrong, in one line, and how to mend it.
  func message(_ issue: JSONIssue, at place: UnsafePointer<UInt8>) -> (message: String, help: String?) {
    guard let blamed else {
      return ("\(issue.message ?? "this is no JSON"), found \(Self.rest(place))", Self.help(issue))
    }
    let name = blamed.name.map { "`\($0)`" } ?? "a key"
    let found = Self.value(blamed.start)
    switch issue {
    case .duplicateKey: return ("the key \(name) stands twice in one object", nil)
    case .unknownKey:
      return (
        "the record has no field \(name), and unknown ones are refused",
        "declare it, or leave `unknown: fail` out"
      )
    case .missing:
      return (
        "expected \(Wording.expected(blamed.field)), found no key \(name)",
        "make the field optional or give it a default if it may be missing"
      )
    case .constraint:
      let expected = blamed.constraint.map { Wording.expected($0, blamed.field.type) } ?? "another value"
      return ("expected \(expected), found \(found)", nil)
    case .vectorLength:
      return ("expected \(Self.written(blamed.field)), found another number of elements", nil)
    case .mismatch:
      let expected = Self.written(blamed.field)
      let reason = Self.reason(blamed)
      let help = found == "null" ? "make the field optional if it may be absent" : nil
      return ("expected \(expected), found \(found)" + (reason.map { ": \($0)" } ?? ""), help)
    default: return ("\(issue.message ?? "this is no JSON"), found \(Self.rest(place))", Self.help(issue))
    }
  }

  private static func help(_ issue: JSONIssue) -> String? {
    issue == .end || issue == .unterminatedString ? "JSON Lines has one whole value on each line" : nil
  }

  /// The type, and as what it stands in JSON where that is not plain.
  private static func written(_ field: FieldSchema) -> String {
    let expected = Wording.expected(field)
    switch field.type {
    case .structure: return "an object"
    case .list: return "an array for \(expected)"
    case .map: return "an object for \(expected)"
    case .vector: return "an array of numbers for \(expected)"
    case .bytes: return "a string in Base64 for \(expected)"
    case .uuid, .duration: return "a string for \(expected)"
    case .date, .timestamp: return field.format?.isNumeric ?? false ? expected : "a string for \(expected)"
    default: return expected
    }
  }

  private static func reason(_ blamed: Blame) -> String? {
    guard blamed.field.format == nil else { return nil }
    var scanner = JSONScanner(blamed.start, spansLines: true)
    guard (try? scanner.skipValue()) != nil else { return nil }
    var text = UnsafeBufferPointer(start: blamed.start, count: scanner.place - blamed.start)
    let isString = text.first == UInt8(ascii: "\"")
    if isString { text = UnsafeBufferPointer(rebasing: text.dropFirst().dropLast()) }
    let takesString = [.decimal, .date, .timestamp, .duration].contains(blamed.field.type)
    guard isString == takesString || (blamed.field.type == .decimal && !isString) else { return nil }
    return text.first == UInt8(ascii: "t") || text.first == UInt8(ascii: "n")
      ? nil : ScalarText.whyNot(blamed.field.type, String(decoding: text, as: UTF8.self))
  }

  /// A value as it stands there, shortened.
  private static func value(_ start: UnsafePointer<UInt8>) -> String {
    var scanner = JSONScanner(start, spansLines: true)
    guard (try? scanner.skipValue()) != nil else { return rest(start) }
    let text = UnsafeBufferPointer(start: start, count: scanner.place - start)
    switch text[0] {
    case UInt8(ascii: "{"): return "an object"
    case UInt8(ascii: "["): return "an array"
    case UInt8(ascii: "\""): return Wording.quoted(UnsafeBufferPointer(rebasing: text.dropFirst().dropLast()))
    default: return String(decoding: text.prefix(40), as: UTF8.self) + (text.count > 40 ? "…" : "")
    }
  }

  /// What follows on the line, shortened.
  private static func rest(_ place: UnsafePointer<UInt8>) -> String {
    var count = 0
    while count < 20, place[count] != lineFeed, place[count] != carriageReturn, place[count] != 0 {
      count += 1
    }
    if count == 0 { return "the end" }
    // A letter may be cut apart at the end.
    while count > 0, place[count] & 0xC0 == 0x80 { count -= 1 }
    return Wording.quoted(UnsafeBufferPointer(start: place, count: count))
  }
}
