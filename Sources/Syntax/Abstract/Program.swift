import Diagnosing

/// A name as written, and where.
public struct Identifier: Hashable, Sendable {
  /// The text of the name.
  public let text: String
  /// Where it stands.
  public let span: Span

  /// Makes an identifier.
  public init(_ text: String, _ span: Span) {
    self.text = text
    self.span = span
  }
}

/// The abstract syntax of one file: what the checker reads. Broken declarations are left out or hold
/// `.error` parts; their diagnostics have been given.
public struct Program: Sendable {
  /// The file it was parsed from.
  public let file: FileID
  /// In source order.
  public let declarations: [Declaration]
  /// Whether a label may stand somewhere: only then labels need be followed.
  public let mentionsLabels: Bool

  /// Makes a program.
  public init(file: FileID, declarations: [Declaration], mentionsLabels: Bool = false) {
    self.file = file
    self.declarations = declarations
    self.mentionsLabels = mentionsLabels
  }
}

/// One declaration at top level.
public struct Declaration: Sendable {
  /// What is declared.
  public enum Kind: Sendable {
    case importing(ImportDeclaration)
    case record(RecordDeclaration)
    case enumeration(EnumDeclaration)
    case distinctType(DistinctTypeDeclaration)
    case label(Identifier)
    case function(FunctionDeclaration)
    case task(TaskDeclaration)
    case pipeline(PipelineDeclaration)
    case test(TestDeclaration)
  }

  /// What is declared.
  public let kind: Kind
  /// The `///` lines before it, joined by newlines.
  public let documentation: String?
  /// The whole declaration, without its documentation.
  public let span: Span

  /// Makes a declaration.
  public init(_ kind: Kind, documentation: String?, span: Span) {
    self.kind = kind
    self.documentation = documentation
    self.span = span
  }
}

/// `import "path" { A, b }` or `import "path" as name`.
public struct ImportDeclaration: Sendable {
  /// What the import brings in.
  public enum Names: Sendable {
    case selected([Identifier])
    case namespace(Identifier)
  }
  /// The path as written, without quotes; its span covers the quotes.
  public let path: Identifier
  /// What it brings in.
  public let names: Names

  /// Makes an import.
  public init(path: Identifier, names: Names) {
    self.path = path
    self.names = names
  }
}

/// `@name` or `@name(arguments)`; also the labels of a type, which have no arguments.
public struct Annotation: Sendable {
  /// The name after the `@`.
  public let name: Identifier
  /// The arguments in parentheses; nil without parentheses.
  public let arguments: [Argument]?
  /// From the `@` to the end.
  public let span: Span

  /// Makes an annotation.
  public init(name: Identifier, arguments: [Argument]?, span: Span) {
    self.name = name
    self.arguments = arguments
    self.span = span
  }
}

/// `record Name { fields }`.
public struct RecordDeclaration: Sendable {
  /// `@names(...)`, `@was(...)` on the lines before.
  public let annotations: [Annotation]
  /// The record's name.
  public let name: Identifier
  /// In declaration order.
  public let fields: [FieldDeclaration]

  /// Makes a record declaration.
  public init(annotations: [Annotation], name: Identifier, fields: [FieldDeclaration]) {
    self.annotations = annotations
    self.name = name
    self.fields = fields
  }
}

/// `name: Type @label @annotation(...) = default`.
public struct FieldDeclaration: Sendable {
  /// The field's name.
  public let name: Identifier
  /// Its type; what stands behind it and takes no arguments may be a label or an annotation: the
  /// parser puts all into `annotations`, the checker tells them apart.
  public let type: TypeSyntax
  /// In source order.
  public let annotations: [Annotation]
  /// The constant default.
  public let defaultValue: Expression?
  /// The whole field.
  public let span: Span

  /// Makes a field declaration.
  public init(
    name: Identifier, type: TypeSyntax, annotations: [Annotation], defaultValue: Expression?, span: Span
  ) {
    self.name = name
    self.type = type
    self.annotations = annotations
    self.defaultValue = defaultValue
    self.span = span
  }
}

/// `enum Name { a, b }`.
public struct EnumDeclaration: Sendable {
  /// The enum's name.
  public let name: Identifier
  /// In declaration order; `@name("column text")` may follow a case.
  public let cases: [Identifier]
  /// What follows each case, in the order of `cases`.
  public let caseAnnotations: [[Annotation]]

  /// Makes an enum declaration.
  public init(name: Identifier, cases: [Identifier], caseAnnotations: [[Annotation]]) {
    self.name = name
    self.cases = cases
    self.caseAnnotations = caseAnnotations
  }
}

/// `type PersonId = Int`.
public struct DistinctTypeDeclaration: Sendable {
  /// The new type's name.
  public let name: Identifier
  /// The scalar it wraps.
  public let raw: TypeSyntax

  /// Makes a distinct type declaration.
  public init(name: Identifier, raw: TypeSyntax) {
    self.name = name
    self.raw = raw
  }
}

/// `name: Type` or `name: Type = default`.
public struct ParameterDeclaration: Sendable {
  /// The parameter's name.
  public let name: Identifier
  /// Its type.
  public let type: TypeSyntax
  /// Without one the parameter is positional, with one it is labelled at the call.
  public let defaultValue: Expression?
  /// The whole parameter.
  public let span: Span

  /// Makes a parameter declaration.
  public init(name: Identifier, type: TypeSyntax, defaultValue: Expression?, span: Span) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.span = span
  }
}

/// The result in a signature: `-> Type!`.
public struct ResultSyntax: Sendable {
  /// The type.
  public let type: TypeSyntax
  /// The `!`, where the call may fail.
  public let fallible: Span?

  /// Makes a result.
  public init(type: TypeSyntax, fallible: Span?) {
    self.type = type
    self.fallible = fallible
  }
}

/// `fn name(parameters) -> Result { body }`.
public struct FunctionDeclaration: Sendable {
  /// The word `declassify` before `fn`.
  public let declassify: Span?
  /// The function's name.
  public let name: Identifier
  /// In order.
  public let parameters: [ParameterDeclaration]
  /// The declared result; nil only after a syntax error.
  public let result: ResultSyntax?
  /// The labels after `unlabels`.
  public let unlabels: [Identifier]
  /// A `.block`.
  public let body: Expression

  /// Makes a function declaration.
  public init(
    declassify: Span?, name: Identifier, parameters: [ParameterDeclaration], result: ResultSyntax?,
    unlabels: [Identifier], body: Expression
  ) {
    self.declassify = declassify
    self.name = name
    self.parameters = parameters
    self.result = result
    self.unlabels = unlabels
    self.body = body
  }
}

/// One line of a task's body: the word it starts with and everything behind it.
public struct TaskClause: Sendable {
  /// `python command http container effect batch replicas resources env timeout retry cache allow format`.
  public let keyword: Identifier
  /// The operands in order; words such as `pure`, `within`, `backoff` are `.name` expressions.
  public let operands: [Expression]
  /// The entries of `resources { }` and `env { }`, and of `idempotent(by: ...)`.
  public let entries: [Argument]
  /// The whole clause.
  public let span: Span

  /// Makes a clause.
  public init(keyword: Identifier, operands: [Expression], entries: [Argument], span: Span) {
    self.keyword = keyword
    self.operands = operands
    self.entries = entries
    self.span = span
  }
}

/// `task name(parameters) -> Result { clauses }`.
public struct TaskDeclaration: Sendable {
  /// The word `declassify` before `task`.
  public let declassify: Span?
  /// The task's name.
  public let name: Identifier
  /// In order.
  public let parameters: [ParameterDeclaration]
  /// The declared result; nil only after a syntax error.
  public let result: ResultSyntax?
  /// The labels after `unlabels`.
  public let unlabels: [Identifier]
  /// The body's lines.
  public let clauses: [TaskClause]

  /// Makes a task declaration.
  public init(
    declassify: Span?, name: Identifier, parameters: [ParameterDeclaration], result: ResultSyntax?,
    unlabels: [Identifier], clauses: [TaskClause]
  ) {
    self.declassify = declassify
    self.name = name
    self.parameters = parameters
    self.result = result
    self.unlabels = unlabels
    self.clauses = clauses
  }
}

/// `pipeline name(parameters) { statements }`.
public struct PipelineDeclaration: Sendable {
  /// The pipeline's name.
  public let name: Identifier
  /// In order.
  public let parameters: [ParameterDeclaration]
  /// In order.
  public let statements: [Statement]

  /// Makes a pipeline declaration.
  public init(name: Identifier, parameters: [ParameterDeclaration], statements: [Statement]) {
    self.name = name
    self.parameters = parameters
    self.statements = statements
  }
}

/// `test "title" for pipeline(arguments) { statements }`.
public struct TestDeclaration: Sendable {
  /// The title, without quotes; its span covers the quotes.
  public let title: Identifier
  /// The pipeline under test; a test of plain expressions has none.
  public let pipeline: Identifier?
  /// The pipeline's arguments.
  public let arguments: [Argument]
  /// `given`, `let`, `expect`.
  public let statements: [Statement]

  /// Makes a test declaration.
  public init(title: Identifier, pipeline: Identifier?, arguments: [Argument], statements: [Statement]) {
    self.title = title
    self.pipeline = pipeline
    self.arguments = arguments
    self.statements = statements
  }
}
