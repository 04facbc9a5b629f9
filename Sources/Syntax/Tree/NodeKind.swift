/// What a node of the lossless tree is. A node's tokens and child nodes stand in source order; brackets,
/// commas and keywords are tokens of the node that they make.
public enum NodeKind: UInt8, Sendable, CaseIterable {
  /// The root: declarations, and the `endOfFile` token.
  case file
  /// Tokens that recovery passed over.
  case error

  // Declarations. Annotations on the lines before are their first children.
  /// `import "path" importNames` or `import "path" as name`.
  case importDeclaration
  /// `{ A, b }`: each name is a token.
  case importNames
  /// `annotation* record Name fieldList`.
  case recordDeclaration
  /// `{ field* }`.
  case fieldList
  /// `name : type annotation* = expression`.
  case field
  /// `enum Name enumCaseList`.
  case enumDeclaration
  /// `{ enumCase* }`.
  case enumCaseList
  /// `name annotation*`.
  case enumCase
  /// `type Name = type`.
  case typeDeclaration
  /// `label name`.
  case labelDeclaration
  /// `declassify? fn name parameterList result unlabels? block`.
  case functionDeclaration
  /// `declassify? task name parameterList result unlabels? taskBody`.
  case taskDeclaration
  /// `pipeline name parameterList? statementBlock`.
  case pipelineDeclaration
  /// `test "title" (for name argumentList)? statementBlock`.
  case testDeclaration
  /// `@name` or `@name argumentList`.
  case annotation
  /// `( parameter* )`.
  case parameterList
  /// `name : type = expression`.
  case parameter
  /// `-> type !`.
  case result
  /// `unlabels name, name`.
  case unlabels

  // Tasks.
  /// `{ taskClause* }`, a clause a line.
  case taskBody
  /// `timeout expression`; `within`, `backoff` and `pure` are `nameExpression`s.
  case taskClause

  // Types. A label behind a type is an `annotation` child of `labelledType`.
  /// `Name typeArguments?`, `module . Name`.
  case namedType
  /// `type ?`.
  case optionalType
  /// The number in `Vector<384>`.
  case sizeType
  /// `type annotation+`.
  case labelledType
  /// `< type, type >`.
  case typeArguments

  // Statements. Annotations on the lines before are their first children.
  /// `{ statement* }` of a pipeline, test, `for`, or `if` statement.
  case statementBlock
  /// `from name : type = expression`.
  case fromStatement
  /// `into name : type = expression <- expression`.
  case intoStatement
  /// `let a, b : type = expression`, in blocks and statement blocks.
  case letStatement
  /// `check expression checkClauseList`.
  case checkStatement
  /// `discard expression`.
  case discardStatement
  /// `reply expression status expression allow list`.
  case replyStatement
  /// `run mode optionList`.
  case runStatement
  /// `given name = expression`.
  case givenStatement
  /// `expect expression`.
  case expectStatement
  /// `expect name checkClauseList`.
  case expectFlowStatement
  /// `if condition statementBlock else (statementBlock | ifStatement)`.
  case ifStatement
  /// An expression that stands as a statement.
  case expressionStatement
  /// `{ checkClause* }`.
  case checkClauseList
  /// `warn? name argumentList`.
  case checkClause
  /// `{ argument* }` of `run`, `resources`, `env`.
  case optionList

  // Expressions.
  /// One literal token.
  case literal
  /// head, expression, (middle, expression)*, tail.
  case interpolatedString
  /// One name token (value or type), or the option word `fail`.
  case nameExpression
  /// `. name`.
  case enumCaseExpression
  /// `expression . name` or `expression ?. name`.
  case memberExpression
  /// `expression typeArguments? argumentList`.
  case callExpression
  /// `( argument* )`.
  case argumentList
  /// `label : expression` or `expression`.
  case argument
  /// `expression [ expression ]`.
  case indexExpression
  /// `namedType initializerList`.
  case constructExpression
  /// `row initializerList`.
  case rowExpression
  /// `{ fieldInitializer* }`.
  case initializerList
  /// `name : expression`, `expression`, or `... expression`.
  case fieldInitializer
  /// `[ expression* ]`.
  case listExpression
  /// `[ mapEntry* ]`.
  case mapExpression
  /// `expression : expression`.
  case mapEntry
  /// `( expression )`.
  case parenthesizedExpression
  /// `-` or `!`, expression.
  case unaryExpression
  /// `expression operator expression`; ranges and `else` too.
  case binaryExpression
  /// `try expression`.
  case tryExpression
  /// `name -> expression` or `lambdaParameters -> expression`.
  case lambdaExpression
  /// `( a, b )`: each name is a token.
  case lambdaParameters
  /// `if condition block (else (block | ifExpression))?`.
  case ifExpression
  /// `let name = expression` or `expression`, behind `if`.
  case condition
  /// `match expression matchArmList`.
  case matchExpression
  /// `{ matchArm* }`.
  case matchArmList
  /// `pattern | pattern -> expression`.
  case matchArm
  /// `.case`, a literal with its minus, `none`, a name, or `else`.
  case pattern
  /// `{ letStatement* expression }`.
  case block
  /// `for loopVariable, loopVariable statementBlock`, with `try` before it or not.
  case forExpression
  /// `name in expression`.
  case loopVariable
}
