/// The contextual keywords: names elsewhere, keywords only where a declaration, a statement or a clause may
/// start or go on.
enum Word: UInt8, Sendable {
  case other

  // Declarations.
  case importing
  case record
  case enumeration
  case type
  case label
  case declassify
  case task
  case pipeline
  case test

  // Statements.
  case from
  case into
  case check
  case discard
  case reply
  case run
  case given
  case expect

  // Inside them.
  case asName
  case unlabels
  case warn
  case status
  case allow

  // Words of other languages, which get a diagnostic of their own.
  case and
  case or
  case not
  case null

  var startsDeclaration: Bool { rawValue >= Word.importing.rawValue && rawValue <= Word.test.rawValue }
  var startsStatement: Bool { rawValue >= Word.from.rawValue && rawValue <= Word.expect.rawValue }
}

/// Finds what an identifier that starts lower-case spells: a reserved word, a contextual one, or a name.
struct Vocabulary {
  struct Entry {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var kind: TokenKind = .name
    var word: Word = .other
  }

  static let longestWord = 10

  private var slots = [Entry](repeating: Entry(), count: 256)

  init() {
    for (text, kind, word) in Vocabulary.words {
      var entry = Entry(kind: kind, word: word)
      for (index, byte) in text.utf8.enumerated() {
        if index < 8 {
          entry.low |= UInt64(byte) << UInt64(8 * index)
        } else {
          entry.high |= UInt64(byte) << UInt64(8 * (index - 8))
        }
      }
      var slot = Vocabulary.slot(entry.low, entry.high)
      while slots[slot].low != 0 { slot = (slot + 1) & 255 }
      slots[slot] = entry
    }
  }

  @inline(__always)
  private static func slot(_ low: UInt64, _ high: UInt64) -> Int {
    Int(truncatingIfNeeded: ((low ^ (high &* 31)) &* 0x9E37_79B9_7F4A_7C15) >> 56)
  }

  /// The identifier's bytes, little end first, zero behind the last.
  @inline(__always)
  func find(_ low: UInt64, _ high: UInt64) -> (kind: TokenKind, word: Word) {
    var slot = Vocabulary.slot(low, high)
    while slots[slot].low != 0 {
      if slots[slot].low == low, slots[slot].high == high { return (slots[slot].kind, slots[slot].word) }
      slot = (slot + 1) & 255
    }
    return (.name, .other)
  }

  private static let words: [(String, TokenKind, Word)] = [
    ("if", .ifKeyword, .other), ("else", .elseKeyword, .other), ("match", .matchKeyword, .other),
    ("for", .forKeyword, .other), ("in", .inKeyword, .other), ("let", .letKeyword, .other),
    ("fn", .fnKeyword, .other), ("try", .tryKeyword, .other), ("fail", .failKeyword, .other),
    ("row", .rowKeyword, .other), ("true", .trueKeyword, .other), ("false", .falseKeyword, .other),
    ("none", .noneKeyword, .other),
    ("import", .name, .importing), ("record", .name, .record), ("enum", .name, .enumeration),
    ("type", .name, .type), ("label", .name, .label), ("declassify", .name, .declassify),
    ("task", .name, .task), ("pipeline", .name, .pipeline), ("test", .name, .test),
    ("from", .name, .from), ("into", .name, .into), ("check", .name, .check),
    ("discard", .name, .discard), ("reply", .name, .reply), ("run", .name, .run),
    ("given", .name, .given), ("expect", .name, .expect),
    ("as", .name, .asName), ("unlabels", .name, .unlabels), ("warn", .name, .warn),
    ("status", .name, .status), ("allow", .name, .allow),
    ("and", .name, .and), ("or", .name, .or), ("not", .name, .not), ("null", .name, .null),
    ("nil", .name, .null),
  ]
}
