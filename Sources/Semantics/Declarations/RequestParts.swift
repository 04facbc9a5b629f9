import Diagnosing
import Syntax

extension Declarer {
  /// `@path`, `@query`, `@header("X-Tenant")`: at most one, of a type that is read from a text.
  func requestPart(_ details: inout FieldDetails, _ arguments: [Argument], _ annotation: Annotation) {
    let word = annotation.name.text
    if let first = details.requestPart {
      diagnostics.append(
        .badAnnotation(
          "a field comes from one part of a request, and `@\(first.word)` says which", at: annotation.span,
          label: "a second part", help: "keep one of them"))
      return
    }
    guard details.type.isReadFromText else {
      if details.type != .error {
        diagnostics.append(
          .badAnnotation(
            "`@\(word)` does not fit `\(details.type)`", at: annotation.span, label: "not read from a text",
            help: "it fits `Bool`, numbers, `String`, `Date`, `Timestamp`, `Uuid`, enums and distinct types"))
      }
      return
    }
    if word == "header" {
      guard arguments.count == 1, let name = checker.plainText(arguments[0].value), name.isHeaderName else {
        diagnostics.append(
          .badAnnotation(
            "`@header` takes the name of a header as a string literal", at: annotation.span,
            help: "write `@header(\"X-Tenant\")`"))
        return
      }
      details.requestPart = .header(name)
      return
    }
    if annotation.arguments != nil {
      diagnostics.append(
        .badAnnotation(
          "`@\(word)` takes no arguments: the field's name is the name", at: annotation.span,
          help: "another name: `@name(\"...\")`"))
      return
    }
    if word == "path", details.type.isOptional {
      diagnostics.append(
        .badAnnotation(
          "a part of the path is always there, so this is never absent", at: annotation.span,
          label: "of a `\(details.type)`", help: "write `\(details.type.unwrapped)`"))
      return
    }
    details.requestPart = word == "path" ? .path : .query
  }
}

extension RequestPart {
  /// The annotation's name.
  fileprivate var word: String {
    switch self {
    case .path: "path"
    case .query: "query"
    case .header: "header"
    }
  }
}

extension Type {
  /// Whether the text of a path, query or header can be read as it.
  fileprivate var isReadFromText: Bool {
    switch unwrapped {
    case .bool, .int, .float, .decimal, .string, .date, .timestamp, .uuid, .enumeration: true
    case .distinct(let type): type.raw.isReadFromText
    default: false
    }
  }
}

extension String {
  /// Whether it can name a header of HTTP.
  fileprivate var isHeaderName: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}
