import CYAML

/// What libyaml sees next. Places are offsets in bytes.
struct Event {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart(hasTagDirectives: Bool)
    case documentEnd
    case alias
    case scalar(String, YAMLScalar.Style)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
  }

  let kind: Kind
  /// The name behind `&`, or behind `*`.
  let anchor: String?
  let tag: String?
  let start: Int
  let end: Int
}

/// Why libyaml can't go on.
struct EventProblem: Error {
  /// In libyaml's words.
  let problem: String
  let place: Int
  /// What was being read, in libyaml's words, and where that began.
  let context: String?
  let contextPlace: Int
}

/// libyaml's parser over bytes that outlive it.
struct EventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let offsets: CharacterOffsets

  /// Nil where there is no memory for it. The bytes must be UTF-8.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    offsets = CharacterOffsets(bytes)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      return nil
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event; there is none behind `streamEnd` or a problem.
  func next() throws(EventProblem) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw problem }
    defer { yaml_event_delete(&event) }
    var anchor: String?
    var tag: String?
    let kind: Event.Kind
    switch event.type {
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_DOCUMENT_START_EVENT:
      let directives = event.data.document_start.tag_directives
      kind = .documentStart(hasTagDirectives: directives.start != directives.end)
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_ALIAS_EVENT:
      anchor = Self.text(event.data.alias.anchor)
      kind = .alias
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      anchor = Self.text(scalar.anchor)
      tag = Self.text(scalar.tag)
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      kind = .scalar(String(decoding: bytes, as: UTF8.self), Self.style(scalar.style))
    case YAML_SEQUENCE_START_EVENT:
      anchor = Self.text(event.data.sequence_start.anchor)
      tag = Self.text(event.data.sequence_start.tag)
      kind = .sequenceStart
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      anchor = Self.text(event.data.mapping_start.anchor)
      tag = Self.text(event.data.mapping_start.tag)
      kind = .mappingStart
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    default: kind = .streamEnd
    }
    return Event(
      kind: kind, anchor: anchor, tag: tag, start: offsets[event.start_mark.index],
      end: offsets[event.end_mark.index])
  }

  private var problem: EventProblem {
    let parser = parser.pointee
    return EventProblem(
      problem: parser.problem.map { String(cString: $0) } ?? "there is no memory left",
      place: offsets[parser.problem_mark.index], context: parser.context.map { String(cString: $0) },
      contextPlace: offsets[parser.context_mark.index])
  }

  private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    bytes.map { String(cString: $0) }
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }
}

/// From characters, which libyaml counts, to bytes.
struct CharacterOffsets {
  /// The offset of each character and of the end; empty where every character is a byte.
  private let starts: [UInt32]
  private let count: Int

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    count = bytes.count
    guard bytes.contains(where: { $0 >= 0x80 }) else {
      starts = []
      return
    }
    var starts: [UInt32] = []
    for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 { starts.append(UInt32(offset)) }
    starts.append(UInt32(bytes.count))
    self.starts = starts
  }

  subscript(character: Int) -> Int {
    starts.isEmpty ? min(character, count) : Int(starts[min(character, starts.count - 1)])
  }
}
