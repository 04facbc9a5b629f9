import Diagnosing
import Syntax

/// A value that has a name inside an expression: a parameter, a `let`, a pattern's name, the result of an
/// aggregate. Ids are unique within one declaration and everything that is inlined into it.
public struct Local: Hashable, Sendable {
  /// Unique; the key under which the engine keeps the value.
  public let id: Int
  /// The name in the source, for messages and plans.
  public let name: String
  /// The type of the value.
  public let type: Type

  /// Makes a local.
  public init(id: Int, name: String, type: Type) {
    self.id = id
    self.name = name
    self.type = type
  }
}

/// A literal value.
public enum Literal: Hashable, Sendable {
  case bool(Bool)
  case int(Int64)
  case float(Double)
  /// The value times 10^18.
  case decimal(Int128)
  case string(String)
  /// Days since 1970-01-01.
  case date(Int32)
  /// Microseconds since 1970-01-01T00:00:00Z.
  case timestamp(Int64)
  /// Microseconds.
  case duration(Int64)
  /// Big-endian: the first byte of the text is the most significant.
  case uuid(UInt128)
  /// Index into the enum's cases.
  case enumCase(Int)
  /// RE2 source, known to compile.
  case regex(String)
  /// Of the expression's type, which is optional.
  case none
}

/// A checked operator of two operands; both have the same type but for the times and `contains`.
public enum TypedOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  /// Fallible unless the right side is a non-zero literal.
  case divide = "/"
  case remainder = "%"
  /// Two-valued, also over absent values and composite types.
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case and = "&&"
  case or = "||"
  /// `x in list`, `key in map`.
  case contains = "in"
}

/// A function of values: `parameters` are bound to columns, `body` gives one.
public struct TypedLambda: Sendable {
  /// In order.
  public let parameters: [Local]
  /// May also use locals of the place where the lambda stands.
  public let body: TypedExpression

  /// Makes a lambda.
  public init(parameters: [Local], body: TypedExpression) {
    self.parameters = parameters
    self.body = body
  }
}

/// A checked `fn` over values. One object per declaration.
public final class TypedFunction: @unchecked Sendable {
  /// The declared name.
  public let name: String
  /// In order; those with a default come labelled.
  public let parameters: [Local]
  /// As many as `parameters`.
  public let defaults: [TypedExpression?]
  /// The declared result, without the `!`.
  public let result: Type
  /// Whether a call may fail (`-> T!`).
  public let isFallible: Bool
  /// Written once, after all signatures are known and before anything is lowered; hence `@unchecked`.
  public internal(set) var body: TypedExpression?
  /// The types that the body writes, for their labels; as `body`.
  var written = WrittenTypes()
  /// Where the name is declared.
  public let span: Span
  /// The parameters as calls see them.
  let callParameters: [CallParameter]

  /// Makes a function whose body follows.
  public init(
    name: String, parameters: [Local], defaults: [TypedExpression?], result: Type, isFallible: Bool,
    span: Span
  ) {
    self.name = name
    self.parameters = parameters
    self.defaults = defaults
    self.result = result
    self.isFallible = isFallible
    self.span = span
    callParameters = zip(parameters, defaults).map { parameter, value in
      CallParameter(name: parameter.name, isLabelled: value != nil, isRequired: value == nil)
    }
  }
}

/// What a match arm accepts; an arm has one or more.
public enum TypedPattern: Sendable {
  case enumCase(Int)
  case literal(Literal)
  case none
  /// The present value, bound to the local.
  case present(Local)
  case otherwise
}

/// An arm of a `match`.
public struct TypedArm: Sendable {
  /// Tried in order.
  public let patterns: [TypedPattern]
  /// The arm's value.
  public let value: TypedExpression

  /// Makes an arm.
  public init(patterns: [TypedPattern], value: TypedExpression) {
    self.patterns = patterns
    self.value = value
  }
}

/// A checked expression: every name resolved, every conversion explicit, every type known.
public struct TypedExpression: Sendable {
  /// The expression's form.
  public indirect enum Kind: Sendable {
    case literal(Literal)
    case local(Local)
    /// The field at this index of a record or row.
    case field(TypedExpression, Int)
    /// A record or row (the expression's type says which), all fields in declaration order.
    case construct([TypedExpression])
    case list([TypedExpression])
    case map([(key: TypedExpression, value: TypedExpression)])
    /// `T` where `T?` is asked for.
    case some(TypedExpression)
    /// Into or out of a distinct type: the same bits.
    case rewrap(TypedExpression)
    case not(TypedExpression)
    case negate(TypedExpression)
    case binary(TypedOperator, TypedExpression, TypedExpression)
    case call(TypedFunction, [TypedExpression])
    /// A call of a record task; only in the lambdas of `map`, `flat_map`, `try_map`, and on job values.
    /// Without a cover its failure, after its retries, is a fault.
    case task(TypedTask, [TypedExpression])
    /// `secret("name")`: what the profile knows under the name.
    case secret(String)
    /// A standard function: receiver first, then the arguments in the order of its signature; arguments
    /// left out are nil-free: the checker fills in their defaults.
    case builtin(Builtin, [TypedExpression], [TypedLambda])
    case conditional(TypedExpression, then: TypedExpression, otherwise: TypedExpression)
    /// When the second is present, the local holds it in `then`: `if let`, `?.`, `??`.
    case ifPresent(Local, TypedExpression, then: TypedExpression, otherwise: TypedExpression)
    /// The subject is evaluated once; the arms are exhaustive.
    case match(TypedExpression, [TypedArm])
    /// `value else fallback`: the fallback where the value fails.
    case cover(TypedExpression, fallback: TypedExpression)
    /// `fail(message)`, of any type.
    case fail(TypedExpression)
    case bind(Local, TypedExpression, in: TypedExpression)
    /// The text of each part, joined; parts are strings or have a text (see LANGUAGE.md 3).
    case interpolation([TypedExpression])
    /// `a..b` or `a..<b` of `Int` as a list.
    case range(TypedExpression, TypedExpression, isInclusive: Bool)
    /// A diagnostic has been given; never reaches the engine.
    case error
  }

  /// The expression's form.
  public let kind: Kind
  /// The type of its value.
  public let type: Type
  /// Where it stands; a failure at run time points here.
  public let span: Span

  /// Makes an expression.
  public init(_ kind: Kind, _ type: Type, _ span: Span) {
    self.kind = kind
    self.type = type
    self.span = span
  }
}
