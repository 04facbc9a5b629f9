import Columns
public import Engine
public import Formats

/// Rows of files that grow: of one, or of all that a pattern stands for, also of those that come later. They are looked
/// at again and again, in the order of their names; of each what has been added is read, up to its last row end.
///
/// All files are one partition, whose position is how far each has been read.
public struct GrowingFiles: StreamSource {
  private let location: Location
  private let end: Location?
  private let format: RowFormat
  private let schema: TableSchema
  private let needed: [Bool]?
  private let interval: Duration

  /// Nothing is looked at before `open`.
  /// - Parameters:
  ///   - path: As the program has it, and as messages say it; may have `*`, `?` and `[...]`.
  ///   - base: The folder that relative paths start from; the working directory when empty.
  ///   - interval: From one look to the next.
  ///   - end: The file that says, by being there, that nothing more will be added; nil when that never ends.
  ///   - needed: Which columns anything reads; all of them when nil.
  public init(
    path: String, base: String = "", every interval: Duration, until end: String? = nil, format: RowFormat,
    schema: TableSchema, needed: [Bool]? = nil
  ) {
    location = Location(path, base: base)
    self.end = end.map { Location($0, base: base) }
    self.interval = interval
    self.format = format
    self.schema = schema
    self.needed = needed
  }

  /// Starts where `positions` say; a file that has no pattern must be there.
  public func open(after positions: [String: String], arrivals: Arrivals) throws -> any StreamReader {
    try location.checkScheme()
    if location.isPattern {
      let folder = location.patternFolder
      if !folder.path.isEmpty, SystemCalls.kind(folder.path) == nil { throw folder.missing(isFolder: true) }
    } else {
      switch SystemCalls.kind(location.path) {
      case .regular?: break
      case nil: throw location.missing()
      case .directory?:
        throw location.fault(
          "it is a folder, not a file", help: "`\(location.written)/*` reads all files in it")
      case .other?: throw location.isPipe
      }
    }
    let known = try positions[GrowingFilesReader.partition].map { try FilePlaces($0, of: location) }
    return GrowingFilesReader(
      location, known ?? FilePlaces(), every: interval, until: end, arrivals
    ) { [format, schema, needed] file, place, arrival in
      try format.reader(file, from: place, schema: schema, needed: needed, arrival: arrival)
    }
  }
}

extension Location {
  fileprivate var isPipe: RowFault {
    fault("it is a pipe or a device, which does not grow as a file does", help: "read it with `stdin`")
  }
}

/// Unchecked: called by one thread at a time, as the protocol says.
private final class GrowingFilesReader: StreamReader, @unchecked Sendable {
  static let partition = "files"

  private let location: Location
  private let interval: Duration
  private let end: Location?
  private let arrivals: Arrivals
  private let open: (Location, TextPlace, TextArrival) throws -> any PlacedReader
  private var places: FilePlaces
  /// How large the files were when they were last read.
  private var sizes: [String: Int] = [:]
  /// The files of this look that have grown and are not read yet.
  private var grown: ArraySlice<Location> = []
  private var current: (file: Location, reader: any PlacedReader)?
  private var nextLook: ContinuousClock.Instant?
  /// Whether nothing has been added since this look, so that also a row without a line end is whole.
  private var isLastLook = false

  init(
    _ location: Location, _ places: FilePlaces, every interval: Duration, until end: Location?,
    _ arrivals: Arrivals, open: @escaping (Location, TextPlace, TextArrival) throws -> any PlacedReader
  ) {
    self.location = location
    self.places = places
    self.interval = interval
    self.end = end
    self.arrivals = arrivals
    self.open = open
  }

  func next() throws -> StreamEvent {
    guard let nextLook else {
      try look()
      return .partition(Self.partition)
    }
    while true {
      if let (file, reader) = current {
        if let morsel = try reader.next() {
          places[file.written] = reader.place
          return .rows(
            StreamMorsel(morsel, partition: Self.partition) { [places = self.places] in places.text })
        }
        current = nil
      }
      if let file = grown.popFirst() {
        let arrival: TextArrival = isLastLook ? .whole : .growing
        current = (file, try open(file, places[file.written] ?? .start, arrival))
      } else if isLastLook {
        return .end
      } else if nextLook <= .now {
        try look()
        if grown.isEmpty, !isLastLook { return .nothing }
      } else {
        arrivals.signal(at: nextLook)
        return .nothing
      }
    }
  }

  /// Finds the files that have grown.
  private func look() throws {
    let next = ContinuousClock.now + interval
    nextLook = next
    arrivals.signal(at: next)
    // The end is looked for first: what was written before it is seen by the look that follows.
    isLastLook = end.map { SystemCalls.kind($0.path) != nil } ?? false
    let files = location.matches().filter { $0.path != end?.path }
    for name in places.names.subtracting(files.map(\.written)).sorted() {
      throw RowFault(
        position: name, message: "the file is gone, and a stream has read of it",
        help: "leave files in place while a stream reads them")
    }
    grown = []
    for file in files {
      let size: Int
      switch SystemCalls.kind(file.path) {
      case .regular(let bytes, _)?: size = bytes
      case .other?: throw file.isPipe
      // Gone, or replaced, since a moment: the next look tells.
      case .directory?, nil: continue
      }
      let read = places[file.written]?.offset ?? 0
      if size < read {
        throw file.fault(
          "the file has become shorter: it has \(size) bytes, and \(read) have been read",
          help: "add to the end of a file that a stream reads, or write a new one beside it")
      }
      if size > (isLastLook ? read : sizes[file.written] ?? read) { grown.append(file) }
      sizes[file.written] = size
    }
  }

  /// Files are never forgotten.
  func commit(_ positions: [String: String]) {}

  func close() {
    current = nil
    grown = []
  }
}

/// How far each file has been read, by the path as the program has it.
struct FilePlaces: Sendable {
  private var places: [String: TextPlace] = [:]

  init() {}

  var names: Set<String> { Set(places.keys) }

  subscript(name: String) -> TextPlace? {
    get { places[name] }
    set { places[name] = newValue }
  }

  /// A line a file, by name: the bytes read, the line that comes next, the path.
  var text: String {
    places.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { "\($1.offset) \($1.line) \(Self.escaped($0))" }.joined(separator: "\n")
  }

  /// Reads back what `text` gave.
  init(_ text: String, of location: Location) throws {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let offset = Int(parts[0]), let line = Int(parts[1]) else {
        throw location.fault("the checkpoint does not say how far it was read", help: "start a new run")
      }
      places[Self.unescaped(parts[2])] = TextPlace(offset: offset, line: line)
    }
  }

  private static func escaped(_ path: String) -> String {
    var result = ""
    for scalar in path.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var isEscape = false
    for scalar in text.unicodeScalars {
      if isEscape {
        result.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
        isEscape = false
      } else if scalar == "\\" {
        isEscape = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
