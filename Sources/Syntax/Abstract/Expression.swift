import Diagnosing

/// A type as written.
public struct TypeSyntax: Sendable {
  /// The type's form.
  public indirect enum Kind: Sendable {
    /// `Name`, `module.Name`, `Name<A, B>`.
    case named(module: Identifier?, name: Identifier, arguments: [TypeSyntax])
    /// The number in `Vector<384>`.
    case size(Int)
    /// `T?`.
    case optional(TypeSyntax)
    /// Could not be parsed; reported.
    case error
  }
  /// The type's form.
  public let kind: Kind
  /// `@pii` behind a type inside type arguments, on parameters and results.
  public let labels: [Identifier]
  /// The whole type.
  public let span: Span

  /// Makes a type.
  public init(_ kind: Kind, labels: [Identifier] = [], span: Span) {
    self.kind = kind
    self.labels = labels
    self.span = span
  }
}

/// `value` or `label: value`.
public struct Argument: Sendable {
  /// The label before the `:`.
  public let label: Identifier?
  /// The value; an option word (`discard`, `forever`, `post`) is a `.name`.
  public let value: Expression

  /// Makes an argument.
  public init(label: Identifier?, value: Expression) {
    self.label = label
    self.value = value
  }
}

/// An operator of one operand.
public enum UnaryOperator: String, Sendable {
  case minus = "-"
  case not = "!"
}

/// An operator of two operands; `else` is `Expression.Kind.cover`.
public enum BinaryOperator: String, Sendable {
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case add = "+"
  case subtract = "-"
  case coalesce = "??"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contains = "in"
  case and = "&&"
  case or = "||"
}

/// What an `if` asks.
public indirect enum Condition: Sendable {
  /// A Boolean.
  case holds(Expression)
  /// `let name = maybe`: the value is present.
  case present(Identifier, Expression)
}

/// A piece of a string literal.
public enum StringPart: Sendable {
  /// Text with its escapes resolved.
  case text(String)
  /// `{expression}`.
  case interpolation(Expression)
}

/// `name: value`, `o.id` (the field is the path's last name), or `...x`.
public enum FieldInitializer: Sendable {
  case named(Identifier, Expression)
  /// `Priced { o.id }` sets `id`.
  case short(Identifier, Expression)
  case spread(Expression)
}

/// What a `match` arm accepts.
public struct Pattern: Sendable {
  /// The pattern's form.
  public enum Kind: Sendable {
    case enumCase(Identifier)
    /// A literal, possibly negative.
    case literal(Expression)
    case none
    /// The value when present, under a name.
    case binding(Identifier)
    case otherwise
  }
  /// The pattern's form.
  public let kind: Kind
  /// The whole pattern.
  public let span: Span

  /// Makes a pattern.
  public init(_ kind: Kind, span: Span) {
    self.kind = kind
    self.span = span
  }
}

/// `.open | .refunded -> 2`.
public struct MatchArm: Sendable {
  /// Joined by `|`.
  public let patterns: [Pattern]
  /// The arm's value.
  public let value: Expression
  /// The whole arm.
  public let span: Span

  /// Makes an arm.
  public init(patterns: [Pattern], value: Expression, span: Span) {
    self.patterns = patterns
    self.value = value
    self.span = span
  }
}

/// `let name = value` or `let a, b = value` in a block.
public struct BlockBinding: Sendable {
  /// The names; at least one.
  public let names: [Identifier]
  /// An optional type.
  public let type: TypeSyntax?
  /// The value.
  public let value: Expression

  /// The first name; the only one unless an operator with two results is bound.
  public var name: Identifier { names[0] }

  /// Makes a binding.
  public init(names: [Identifier], type: TypeSyntax?, value: Expression) {
    self.names = names
    self.type = type
    self.value = value
  }
}

/// `r in regions` of a `for`.
public struct LoopVariable: Sendable {
  /// The name.
  public let name: Identifier
  /// What it runs over.
  public let values: Expression

  /// Makes a loop variable.
  public init(name: Identifier, values: Expression) {
    self.name = name
    self.values = values
  }
}

/// An expression as written. Parentheses are not kept: they only group.
public struct Expression: Sendable {
  /// The expression's form.
  public indirect enum Kind: Sendable {
    /// An integer; nil when it does not fit 64 bits (`-9223372036854775808` is `.unary(.minus, ...)` of
    /// the magnitude).
    case integer(UInt64?)
    /// A number with a point or an exponent: the text without `_`, so that a `Decimal` stays exact.
    case number(String)
    case boolean(Bool)
    case none
    /// The pieces of a string literal; a plain string has at most one `.text`.
    case string([StringPart])
    /// The source of `re"..."`.
    case regex(String)
    /// Microseconds.
    case duration(Int64)
    /// Bytes.
    case size(Int64)
    case name(Identifier)
    /// `.paid`.
    case enumCase(Identifier)
    /// `base.name`, or `base?.name` when `isOptional`.
    case member(Expression, Identifier, isOptional: Bool)
    /// `callee<T>(arguments)`; the callee is a `.name`, a `.member` or a type's name.
    case call(Expression, typeArguments: [TypeSyntax], arguments: [Argument])
    case index(Expression, Expression)
    /// `Priced { ... }`, `module.Priced { ... }`.
    case construct(TypeSyntax, [FieldInitializer])
    case row([FieldInitializer])
    case list([Expression])
    case map([(key: Expression, value: Expression)])
    case range(Expression, Expression, isInclusive: Bool)
    case unary(UnaryOperator, Expression)
    /// The second part is the operator's own span.
    case binary(BinaryOperator, Span, Expression, Expression)
    /// `value else fallback`.
    case cover(Expression, Expression)
    /// `try expression`; the span is that of the word.
    case attempt(Span, Expression)
    case lambda([Identifier], Expression)
    case conditional(Condition, then: Expression, otherwise: Expression?)
    case match(Expression, [MatchArm])
    case block([BlockBinding], Expression)
    /// `for a in xs, b in ys { statements }`, with `try` before it when `collectsFailures`.
    case loop([LoopVariable], [Statement], collectsFailures: Bool)
    /// Could not be parsed; reported.
    case error
  }
  /// The expression's form.
  public let kind: Kind
  /// The whole expression.
  public let span: Span

  /// Makes an expression.
  public init(_ kind: Kind, span: Span) {
    self.kind = kind
    self.span = span
  }
}
