import Diagnosing

/// Puts events together to nodes, and refuses what the subset leaves out.
struct Composer {
  private let file: SourceFile
  private(set) var diagnostics: [Diagnostic] = []
  private var nodes = 0
  /// The anchors that were reported: what points at them is the same mistake.
  private var anchors: Set<String> = []

  init(_ file: SourceFile) { self.file = file }

  /// Reading has come to an end: what stopped it was reported.
  private struct Stopped: Error {}

  /// The one document of the file; nil where it is empty or something stopped the reading.
  mutating func document(_ events: borrowing EventReader) -> YAMLNode? {
    var root: YAMLNode?
    do throws(Stopped) {
      reading: while true {
        let event = try next(events)
        switch event.kind {
        case .streamStart, .documentEnd: continue
        case .streamEnd: break reading
        case .documentStart(let hasTagDirectives):
          if root != nil {
            diagnostics.append(.secondDocument(at: mark(event)))
            break reading
          }
          if hasTagDirectives { diagnostics.append(.tag(at: mark(event))) }
        default: root = try node(event, events, depth: 1)
        }
      }
    } catch {
      return nil
    }
    if case .scalar(let scalar)? = root?.content, scalar.isNull, scalar.text.isEmpty { return nil }
    return root
  }

  private mutating func next(_ events: borrowing EventReader) throws(Stopped) -> Event {
    do throws(EventProblem) {
      return try events.next()
    } catch {
      diagnostics.append(.syntax(error, in: file))
      throw Stopped()
    }
  }

  private mutating func node(
    _ event: Event, _ events: borrowing EventReader, depth: Int
  ) throws(Stopped) -> YAMLNode {
    nodes += 1
    guard nodes <= Limits.nodes else {
      diagnostics.append(.tooMany(at: mark(event), limit: Limits.nodes))
      throw Stopped()
    }
    guard depth <= Limits.depth else {
      diagnostics.append(.tooDeep(at: mark(event), limit: Limits.depth))
      throw Stopped()
    }
    if case .alias = event.kind {
      if let name = event.anchor, !anchors.contains(name) {
        diagnostics.append(.alias(name, at: mark(event)))
      }
      return YAMLNode(.reported, span: span(event.start, event.end))
    }
    refuseProperties(of: event)
    switch event.kind {
    case .sequenceStart:
      var elements: [YAMLNode] = []
      while true {
        let inner = try next(events)
        if case .sequenceEnd = inner.kind {
          return YAMLNode(.sequence(elements), span: collection(event, inner, last: elements.last?.span))
        }
        elements.append(try node(inner, events, depth: depth + 1))
      }
    case .mappingStart: return try mapping(event, events, depth: depth)
    case .scalar(let text, let style):
      return YAMLNode(.scalar(scalar(text, style, event)), span: trimmed(event.start, event.end))
    default: return YAMLNode(.reported, span: span(event.start, event.end))
    }
  }

  private mutating func mapping(
    _ event: Event, _ events: borrowing EventReader, depth: Int
  ) throws(Stopped) -> YAMLNode {
    var entries: [YAMLEntry] = []
    var first: [String: Span] = [:]
    var last: Span?
    while true {
      let inner = try next(events)
      if case .mappingEnd = inner.kind {
        return YAMLNode(.mapping(entries), span: collection(event, inner, last: last))
      }
      let key = try node(inner, events, depth: depth + 1)
      let value = try node(try next(events), events, depth: depth + 1)
      last = value.span.end > key.span.end ? value.span : key.span
      guard case .scalar(let scalar) = key.content else {
        if case .reported = key.content { continue }
        diagnostics.append(.keyIsNoText(at: key.span))
        continue
      }
      if scalar.text == "<<", scalar.style == .plain {
        if case .reported = value.content { continue }
        diagnostics.append(.mergeKey(at: key.span))
        continue
      }
      if let place = first[scalar.text] {
        diagnostics.append(.duplicateKey(scalar.text, at: scalar.inner, first: place))
        continue
      }
      first[scalar.text] = scalar.inner
      entries.append(YAMLEntry(key: scalar.text, keySpan: scalar.inner, value: value))
    }
  }

  /// An anchor and a tag in front of a node.
  private mutating func refuseProperties(of event: Event) {
    if let name = event.anchor {
      anchors.insert(name)
      diagnostics.append(.anchor(name, at: mark(event)))
    } else if event.tag != nil {
      diagnostics.append(.tag(at: mark(event)))
    }
  }

  // MARK: Places

  private func span(_ start: Int, _ end: Int) -> Span { Span(file.id, UInt32(start), UInt32(end)) }

  /// Without the line breaks and spaces at the end, which belong to a block for libyaml.
  private func trimmed(_ start: Int, _ end: Int) -> Span {
    var end = end
    while end > start, [0x20, 0x09, 0x0A, 0x0D].contains(file.bytes[end - 1]) { end -= 1 }
    return span(start, end)
  }

  /// The first word at which an event stands.
  private func mark(_ event: Event) -> Span {
    var end = event.start
    while end < file.bytes.count, ![0x20, 0x09, 0x0A, 0x0D].contains(file.bytes[end]),
      end == event.start || ![0x2C, 0x5D, 0x7D].contains(file.bytes[end])
    {
      end += 1
    }
    return span(event.start, end)
  }

  /// From the first to the last of what a collection holds; with its brackets, where it has them.
  private func collection(_ open: Event, _ close: Event, last: Span?) -> Span {
    if close.end > close.start || last == nil { return trimmed(open.start, close.end) }
    return span(open.start, max(open.start, Int(last?.end ?? 0)))
  }

  private func scalar(_ text: String, _ style: YAMLScalar.Style, _ event: Event) -> YAMLScalar {
    let outer = trimmed(event.start, event.end)
    let inner: Span
    switch style {
    case .plain: inner = outer
    case .singleQuoted, .doubleQuoted:
      inner = Span(file.id, min(outer.start + 1, outer.end), max(outer.start + 1, outer.end) - 1)
    case .literal, .folded:
      // The header ends with its line.
      let breaks = file.bytes[Int(outer.start)..<Int(outer.end)].firstIndex(of: 0x0A)
      inner = Span(file.id, UInt32(breaks.map { $0 + 1 } ?? Int(outer.end)), outer.end)
    }
    return YAMLScalar(text, style, inner: inner)
  }
}
