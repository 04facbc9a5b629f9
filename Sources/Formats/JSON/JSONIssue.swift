/// What is wrong with a JSON text, before it is put into words.
enum JSONIssue: UInt8, Error {
  /// The text ends, or the line.
  case end
  case unexpected
  case unterminatedString
  case controlCharacter
  case badEscape
  case loneSurrogate
  case badNumber
  case tooDeep
  case expectedKey
  case expectedColon
  case expectedCommaOrBrace
  case expectedCommaOrBracket
  case trailing
  case duplicateKey
  case unknownKey
  /// A field that must be there is not.
  case missing
  /// A value of another type than the field's, or not the text of one.
  case mismatch
  case constraint
  case vectorLength

  /// In words; nil where it takes the field's type to say.
  var message: String? {
    switch self {
    case .end: "the text ends too early"
    case .unexpected: "expected a value"
    case .unterminatedString: "a string is not closed on its line"
    case .controlCharacter: "a control character in a string must be written as an escape"
    case .badEscape: "no such escape; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
    case .loneSurrogate: "half of a surrogate pair stands alone"
    case .badNumber: "this is no number of JSON: no leading zeros or `+`, a digit on both sides of the point"
    case .tooDeep: "nested deeper than \(JSONScanner.deepest) levels"
    case .expectedKey: "expected a key in quotes"
    case .expectedColon: "expected `:` after the key"
    case .expectedCommaOrBrace: "expected `,` or `}`"
    case .expectedCommaOrBracket: "expected `,` or `]`"
    case .trailing: "expected nothing after the value"
    case .duplicateKey, .unknownKey, .missing, .mismatch, .constraint, .vectorLength: nil
    }
  }
}
