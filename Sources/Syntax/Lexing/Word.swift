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
  case foreignDeclaration
  case foreignStatement

  var startsDeclaration: Bool { rawValue >= Word.importing.rawValue && rawValue <= Word.test.rawValue }
  var startsStatement: Bool { rawValue >= Word.from.rawValue && rawValue <= Word.expect.rawValue }
}
