import Columns
import Formats
import PostgreSQL

/// A column's type as the server has it.
struct ServerType {
  /// How its values are written.
  indirect enum Shape {
    /// As the type's number says.
    case scalar
    /// As text, whatever the number: enums of the server and texts of extensions.
    case text
    case array(of: ServerType)
  }
  let id: TypeID
  /// As the server's people write it.
  let name: String
  let shape: Shape
  /// A precision and scale, a length; -1 for none.
  var modifier = -1

  /// Digits after the point that a `numeric` column keeps; nil where it keeps all.
  var scale: Int? { modifier < 4 ? nil : (modifier - 4) & 0x7FF }
}

/// How the values of one field are written on a server.
indirect enum Codec: Sendable {
  case bool
  /// In so many bytes.
  case int(Int)
  case float(Int)
  /// Digits after the point that the column keeps.
  case decimal(scale: Int?)
  case text
  case enumeration([String])
  case bytes
  case date
  case timestamp
  case interval
  case uuid
  /// JSON as text, behind a byte that is the version where it is binary.
  case json(isBinary: Bool)
  case array(Codec, element: TypeID)
  case vector(Int)
  /// Maps, records and lists of lists, as a JSON document.
  case document(isBinary: Bool)

  /// How `type` holds a field; nil where it can't.
  /// - Parameter isWritten: Whether the field goes to the server: then every value of it must fit.
  init?(_ field: FieldSchema, _ type: ServerType, isWritten: Bool) {
    switch (field.type, type.id) {
    case (.bool, .bool): self = .bool
    case (.int, .int2): self = .int(2)
    case (.int, .int4): self = .int(4)
    case (.int, .int8): self = .int(8)
    case (.float, .float8): self = .float(8)
    case (.float, .float4) where !isWritten: self = .float(4)
    case (.decimal, .numeric): self = .decimal(scale: type.scale)
    case (.bytes, .bytea): self = .bytes
    case (.date, .date): self = .date
    case (.timestamp, .timestamptz): self = .timestamp
    case (.duration, .interval): self = .interval
    case (.uuid, .uuid): self = .uuid
    case (.json, .json), (.json, .jsonb): self = .json(isBinary: type.id == .jsonb)
    case (.list, .json), (.list, .jsonb), (.map, .json), (.map, .jsonb), (.structure, .json),
      (.structure, .jsonb):
      self = .document(isBinary: type.id == .jsonb)
    case (.string, _):
      guard case .text = type.shape else { return nil }
      self = .text
    case (.enumeration(let names), _):
      guard case .text = type.shape else { return nil }
      self = .enumeration(names)
    case (.list, _):
      guard case .array(let element) = type.shape, let child = field.children.first,
        let codec = Codec(child, element, isWritten: isWritten)
      else { return nil }
      switch codec {
      case .array, .vector, .document: return nil
      default: self = .array(codec, element: element.id)
      }
    case (.vector(let count), _):
      guard case .array(let element) = type.shape, element.id == .float4 else { return nil }
      self = .vector(count)
    default: return nil
    }
  }

  /// Whether the server may hold values that the field can't.
  var canMisfit: Bool {
    switch self {
    case .bool, .int, .float, .text, .bytes, .uuid, .json: false
    case .decimal, .enumeration, .date, .timestamp, .interval, .array, .vector, .document: true
    }
  }
}

extension FieldSchema {
  /// The type of a column that fits.
  var serverType: String {
    switch type {
    case .bool: "boolean"
    case .int: "bigint"
    case .float: "double precision"
    case .decimal: "numeric(38, 18)"
    case .string, .enumeration: "text"
    case .bytes: "bytea"
    case .date: "date"
    case .timestamp: "timestamp with time zone"
    case .duration: "interval"
    case .uuid: "uuid"
    case .json, .map, .structure: "jsonb"
    case .vector: "real[]"
    case .list:
      switch children.first?.type {
      case .list, .map, .vector, .structure, nil: "jsonb"
      default: "\(children[0].serverType)[]"
      }
    }
  }

  /// With its article, for messages.
  var described: String {
    if case .enumeration(let names) = type {
      return "one of \(names.prefix(10).map { "`\($0)`" }.joined(separator: ", "))"
    }
    let name = type.languageName
    return "\("AEIOaeio".contains(name.prefix(1)) ? "an" : "a") `\(name)`"
  }
}
