/// How a delimited text is written.
public struct CSVDialect: Hashable, Sendable {
  /// The byte between fields.
  public var separator: UInt8
  /// Whether the first row names the columns.
  public var hasHeader: Bool
  /// The unquoted text that means absent, in optional fields only.
  public var null: String
  /// The byte around fields that hold separators, quotes or line ends.
  public var quote: UInt8
  /// Whether columns that the schema has not are an error.
  public var refusesUnknown: Bool

  /// Makes a dialect; without arguments that of RFC 4180 with a header.
  public init(
    separator: UInt8 = UInt8(ascii: ","), hasHeader: Bool = true, null: String = "",
    quote: UInt8 = UInt8(ascii: "\""), refusesUnknown: Bool = false
  ) {
    self.separator = separator
    self.hasHeader = hasHeader
    self.null = null
    self.quote = quote
    self.refusesUnknown = refusesUnknown
  }
}
