/// A type in the signature of a standard function, which may depend on the receiver.
public indirect enum TypeScheme: Sendable, Hashable {
  /// Always the same.
  case type(Type)
  /// The type of what stands before the point.
  case receiver
  /// The `T` of the receiver `List<T>`, the `V` of `Map<String, V>`.
  case element
  /// What the lambda or the list argument gives.
  case variable
  case optional(TypeScheme)
  case list(TypeScheme)
  case row([Entry])

  /// A field of `.row`.
  public struct Entry: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its type.
    public let scheme: TypeScheme
  }
}

/// One function of LANGUAGE.md 6: the checker, the reference page and the tests of the engine read it.
public struct StandardFunction: Sendable {
  /// The kind of type that a function belongs to.
  public enum Receiver: Int, Sendable, CaseIterable {
    case string, bytes, int, float, decimal, date, timestamp, duration, json, list, map, vector

    /// The kind of a type; nil for types without functions.
    init?(_ type: Type) {
      switch type {
      case .string: self = .string
      case .bytes: self = .bytes
      case .int: self = .int
      case .float: self = .float
      case .decimal: self = .decimal
      case .date: self = .date
      case .timestamp: self = .timestamp
      case .duration: self = .duration
      case .json: self = .json
      case .list: self = .list
      case .map: self = .map
      case .vector: self = .vector
      default: return nil
      }
    }

    /// The type as signatures show it.
    public var typeName: String {
      switch self {
      case .string: "String"
      case .bytes: "Bytes"
      case .int: "Int"
      case .float: "Float"
      case .decimal: "Decimal"
      case .date: "Date"
      case .timestamp: "Timestamp"
      case .duration: "Duration"
      case .json: "Json"
      case .list: "List<T>"
      case .map: "Map<String, T>"
      case .vector: "Vector<N>"
      }
    }
  }

  /// What a lambda must give.
  public enum LambdaResult: Sendable, Hashable {
    case bool
    /// Anything; it is the signature's variable.
    case any
    /// A list; its element is the signature's variable.
    case list
    /// Something with a place in the canonical order.
    case sortable

    var bindsVariable: Bool { self == .any || self == .list }
  }

  /// What an argument must be.
  public enum ParameterKind: Sendable, Hashable {
    case value(TypeScheme)
    /// `re"..."`.
    case regex
    /// A list of anything, which is the signature's variable.
    case anyList
    case lambda([TypeScheme], LambdaResult)
  }

  /// One parameter.
  public struct Parameter: Sendable {
    /// Its name, which the call writes if it is labelled.
    public let name: String
    /// What it must be.
    public let kind: ParameterKind
    /// Whether the call must name it.
    public let isLabelled: Bool
    /// Whether it must be given.
    public let isRequired: Bool
    /// What stands in its place.
    public let defaultValue: Literal?

    var valueScheme: TypeScheme {
      if case .value(let scheme) = kind { scheme } else { .type(.error) }
    }
  }

  /// What the elements of the receiver must be.
  public enum ElementRule: Sendable {
    case anything
    case number
    case equatable
    case sortable
    case string
  }

  /// An example that a test runs, where `try` is legal: `source` has the value of `result`.
  public struct Example: Sendable {
    /// An expression.
    public let source: String
    /// An expression without calls of the function.
    public let result: String
  }

  /// How the function is written.
  public enum Form: Sendable {
    /// `x.name(...)`.
    case method
    /// In a way of its own: `xs[i]`, `json.parse<T>(x)`, `date("...")`.
    case special(signature: String)
  }

  /// The name in the source.
  public let name: String
  /// What the engine runs; `date("...")` and its kin are literals and have none.
  public let operation: Builtin?
  /// How it is written.
  public let form: Form
  /// The kinds of types that have it.
  public let receivers: [Receiver]
  /// In order.
  public let parameters: [Parameter]
  /// The type of its value.
  public let result: TypeScheme
  /// Why it can fail; nil when it can't.
  public let failure: String?
  /// What the elements of the receiver must be.
  public let elements: ElementRule
  /// What it does, in a sentence or two.
  public let documentation: String
  /// A use of it and its value.
  public let example: Example
  /// The parameters as calls see them.
  let callParameters: [CallParameter]

  /// A method.
  init(
    _ name: String, _ operation: Builtin, of receivers: [Receiver], _ parameters: [Parameter] = [],
    gives result: TypeScheme, failsAs failure: String? = nil, elements: ElementRule = .anything,
    _ documentation: String, example source: String, _ value: String
  ) {
    self.name = name
    self.operation = operation
    form = .method
    self.receivers = receivers
    self.parameters = parameters
    self.result = result
    self.failure = failure
    self.elements = elements
    self.documentation = documentation
    example = Example(source: source, result: value)
    callParameters = parameters.map {
      CallParameter(name: $0.name, isLabelled: $0.isLabelled, isRequired: $0.isRequired)
    }
  }

  /// A function with a form of its own; the checker knows it by that form.
  init(
    special name: String, _ operation: Builtin?, signature: String, failsAs failure: String? = nil,
    _ documentation: String, example source: String, _ value: String
  ) {
    self.name = name
    self.operation = operation
    form = .special(signature: signature)
    receivers = []
    parameters = []
    result = .variable
    self.failure = failure
    elements = .anything
    self.documentation = documentation
    example = Example(source: source, result: value)
    callParameters = []
  }

  /// What is wrong with receivers of these elements.
  func problem(with element: Type?) -> String? {
    guard let element, element != .error else { return nil }
    switch elements {
    case .anything: return nil
    case .number: return element.isNumeric ? nil : "needs elements that are numbers"
    case .equatable: return element.isEquatable ? nil : "needs elements that `==` compares"
    case .sortable: return element.isSortable ? nil : "needs elements that can be ordered"
    case .string: return element == .string ? nil : "needs elements that are strings"
    }
  }
}

extension StandardFunction.Parameter {
  /// By position, required.
  static func value(_ name: String, _ scheme: TypeScheme) -> Self {
    Self(name: name, kind: .value(scheme), isLabelled: false, isRequired: true, defaultValue: nil)
  }

  /// By position; `literal` when left out.
  static func value(_ name: String, _ scheme: TypeScheme, or literal: Literal) -> Self {
    Self(name: name, kind: .value(scheme), isLabelled: false, isRequired: false, defaultValue: literal)
  }

  /// By name, required.
  static func labelled(_ name: String, _ scheme: TypeScheme) -> Self {
    Self(name: name, kind: .value(scheme), isLabelled: true, isRequired: true, defaultValue: nil)
  }

  /// By name; `literal` when left out.
  static func labelled(_ name: String, _ scheme: TypeScheme, or literal: Literal) -> Self {
    Self(name: name, kind: .value(scheme), isLabelled: true, isRequired: false, defaultValue: literal)
  }

  /// `re"..."`.
  static let regex = Self(
    name: "pattern", kind: .regex, isLabelled: false, isRequired: true, defaultValue: nil)

  /// A list of anything.
  static func anyList(_ name: String) -> Self {
    Self(name: name, kind: .anyList, isLabelled: false, isRequired: true, defaultValue: nil)
  }

  /// A lambda over the elements.
  static func lambda(_ name: String, _ result: StandardFunction.LambdaResult) -> Self {
    Self(
      name: name, kind: .lambda([.element], result), isLabelled: false, isRequired: true, defaultValue: nil)
  }

  /// A lambda by name, which may be left out.
  static func optionalLambda(_ name: String, _ result: StandardFunction.LambdaResult) -> Self {
    Self(
      name: name, kind: .lambda([.element], result), isLabelled: true, isRequired: false, defaultValue: nil)
  }
}

/// What the open parts of a signature stand for in one call.
struct SchemeContext {
  let receiver: Type
  let element: Type?
  var variable: Type = .error

  init(receiver: Type) {
    self.receiver = receiver
    switch receiver {
    case .list(let element), .map(let element): self.element = element
    default: element = nil
    }
  }

  func type(_ scheme: TypeScheme) -> Type {
    switch scheme {
    case .type(let type): type
    case .receiver: receiver
    case .element: element ?? .error
    case .variable: variable
    case .optional(let inner): type(inner).asOptional
    case .list(let inner):
      switch type(inner) {
      case .error: .error
      case let element: .list(element)
      }
    case .row(let entries):
      .row(RowType(names: entries.map(\.name), types: entries.map { type($0.scheme) }))
    }
  }
}

/// All standard functions.
public enum StandardLibrary {
  /// By family, in the order of the reference.
  public static let families: [(title: String, functions: [StandardFunction])] = [
    ("Strings", StandardFunction.strings),
    ("Numbers", StandardFunction.numbers),
    ("Time", StandardFunction.times),
    ("Lists", StandardFunction.lists),
    ("Maps", StandardFunction.maps),
    ("Json", StandardFunction.jsons),
    ("Vectors and hashes", StandardFunction.vectors),
    ("Secrets and faults", StandardFunction.guarded),
  ]

  /// Every function.
  public static let all = families.flatMap(\.functions)

  /// By kind of receiver, then name.
  private static let methods: [[String: StandardFunction]] = {
    var result = [[String: StandardFunction]](
      repeating: [:], count: StandardFunction.Receiver.allCases.count)
    for function in all {
      for receiver in function.receivers { result[receiver.rawValue][function.name] = function }
    }
    return result
  }()

  private static let methodNames = Set(methods.flatMap(\.keys))

  /// The function of a name that a type has. A distinct type has the `min` and `max` of its raw type.
  static func function(_ name: String, of type: Type) -> StandardFunction? {
    if case .distinct(let distinct) = type {
      return name == "min" || name == "max" ? function(name, of: distinct.raw) : nil
    }
    guard let receiver = StandardFunction.Receiver(type) else { return nil }
    return methods[receiver.rawValue][name]
  }

  /// The names of the functions that a type has.
  static func names(of type: Type) -> [String] {
    StandardFunction.Receiver(type).map { Array(methods[$0.rawValue].keys) } ?? []
  }

  /// Whether some type has a function of this name.
  static func isMethod(_ name: String) -> Bool { methodNames.contains(name) }
}

extension StandardFunction {
  /// The signature as the reference shows it: `String.slice(start: Int, end: Int) -> String`.
  public var signature: String {
    if case .special(let signature) = form { return signature }
    let arguments = parameters.map { parameter in
      let kind =
        switch parameter.kind {
        case .value(let scheme): scheme.description
        case .regex: "re\"...\""
        case .anyList: "List<R>"
        case .lambda(let types, let result):
          "(\(types.map(\.description).joined(separator: ", "))) -> \(result.description)"
        }
      let name = parameter.isLabelled ? "\(parameter.name): \(kind)" : kind
      return parameter.isRequired ? name : "[\(name)]"
    }
    let owner = receivers.map(\.typeName).joined(separator: " | ")
    let mark = failure == nil ? "" : "!"
    return "\(owner).\(name)(\(arguments.joined(separator: ", "))) -> \(result.description)\(mark)"
  }
}

extension TypeScheme: CustomStringConvertible {
  /// The type with `T` for the element and `R` for the variable.
  public var description: String {
    switch self {
    case .type(let type): type.description
    case .receiver: "Self"
    case .element: "T"
    case .variable: "R"
    case .optional(let inner): "\(inner)?"
    case .list(let inner): "List<\(inner)>"
    case .row(let entries):
      "row { \(entries.map { "\($0.name): \($0.scheme)" }.joined(separator: ", ")) }"
    }
  }
}

extension StandardFunction.LambdaResult: CustomStringConvertible {
  /// The type in signatures.
  public var description: String {
    switch self {
    case .bool: "Bool"
    case .any: "R"
    case .list: "List<R>"
    case .sortable: "key"
    }
  }
}
