import Diagnosing

/// The command line as a source text, so that a diagnostic about it can point at it.
public struct Invocation: Sendable {
  /// The arguments, without the program's own name.
  public let arguments: [String]

  /// Makes the invocation of `thalweg` with `arguments`.
  public init(_ arguments: [String]) { self.arguments = arguments }

  /// Adds the command line to `sources`.
  public func source(in sources: inout SourceMap) -> InvocationSource {
    var text = "thalweg"
    var places: [(argument: String, start: Int, isQuoted: Bool)] = []
    for argument in arguments {
      let isQuoted = argument.isEmpty || argument.contains { " \t\n'\"\\$`*?&|;<>()".contains($0) }
      text += " "
      places.append((argument, text.utf8.count, isQuoted))
      text += isQuoted ? "'\(argument)'" : argument
    }
    let file = sources.add(path: "<command line>", bytes: Array(text.utf8))
    return InvocationSource(file: file, places: places)
  }
}

/// Where the arguments stand in an invocation's text.
public struct InvocationSource: Sendable {
  /// The command line.
  public let file: SourceFile
  private let places: [(argument: String, start: Int, isQuoted: Bool)]

  init(file: SourceFile, places: [(argument: String, start: Int, isQuoted: Bool)]) {
    self.file = file
    self.places = places
  }

  /// The whole line.
  public var whole: Span { Span(file.id, 0, UInt32(file.bytes.count)) }

  /// Behind the last argument.
  public var end: Span { whole.endPoint }

  /// The `occurrence`-th argument that is `text` or ends with it, as `--parameter=a=1` ends with `a=1`; the
  /// whole line where there is none.
  public func span(of text: String, occurrence: Int = 0) -> Span {
    let matches = places.filter { $0.argument == text }
    let found = matches.isEmpty ? places.filter { $0.argument.hasSuffix(text) } : matches
    guard occurrence < found.count, !text.isEmpty else { return whole }
    let place = found[occurrence]
    let quotes = place.isQuoted ? 1 : 0
    let start = place.start + quotes + place.argument.utf8.count - text.utf8.count
    return Span(file.id, UInt32(start), UInt32(start + text.utf8.count))
  }
}
