import Diagnosing
import Syntax

extension ExpressionChecker {
  /// `match subject { patterns -> value, ... }`: exhaustive, every arm reachable.
  func checkMatch(
    _ subject: Expression, _ arms: [MatchArm], _ want: Want, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let value = operand(subject, in: scope)
    var coverage = MatchCoverage(of: value.type)
    var typedArms: [[TypedPattern]] = []
    var branches: [(value: Expression, scope: Scope)] = []
    var hasErrors = value.type == .error
    var misfit = false
    for arm in arms {
      var inner = scope
      var patterns: [TypedPattern] = []
      for pattern in arm.patterns {
        if value.type == .error {
          if case .binding(let name) = pattern.kind { inner = inner.adding(name.text, .broken) }
          continue
        }
        guard let typed = checkPattern(pattern, of: value, joined: arm.patterns.count > 1, &inner) else {
          // What is matched is of another type than all the patterns are for: that is told once.
          if misfit, diagnostics.last?.code == .badPattern { diagnostics.removeLast() }
          if diagnostics.last?.code == .badPattern { misfit = true }
          hasErrors = true
          if case .binding(let name) = pattern.kind { inner = inner.adding(name.text, .broken) }
          if case .otherwise = pattern.kind { coverage.coverAll() }
          coverage.isGuessed = true
          continue
        }
        if !coverage.add(typed) {
          report(.unreachablePattern(pattern.span, after: coverage.isComplete))
          hasErrors = true
        }
        patterns.append(typed)
      }
      typedArms.append(patterns)
      branches.append((arm.value, inner))
    }
    if value.type != .error, !coverage.isGuessed, !coverage.isComplete {
      report(.notExhaustive(coverage.missing, of: value.type, at: span, subject: subject.span))
      hasErrors = true
    }
    if hasErrors { poisoned += 1 }
    guard let (values, type) = checkBranches(branches, want) else { return poison(span) }
    if type == .error { return poison(span) }
    if hasErrors { return TypedExpression(.error, type, span) }
    let typed = zip(typedArms, values).map { TypedArm(patterns: $0, value: $1) }
    return TypedExpression(.match(value, typed), type, span)
  }

  /// One pattern against the subject's type; nil after a diagnostic.
  private func checkPattern(
    _ pattern: Pattern, of subject: TypedExpression, joined: Bool, _ scope: inout Scope
  ) -> TypedPattern? {
    let type = subject.type.unwrapped
    switch pattern.kind {
    case .otherwise:
      if joined {
        report(.elseJoined(at: pattern.span))
        return nil
      }
      return .otherwise
    case .none:
      guard subject.type.isOptional else {
        report(.noneOfPresent(subject, at: pattern.span))
        return nil
      }
      return TypedPattern.none
    case .binding(let name):
      if joined {
        report(.bindingJoined(name))
        return nil
      }
      guard subject.type.isOptional else {
        report(.bindingOfPresent(subject, name))
        return nil
      }
      let local = makeLocal(name.text, type)
      scope = scope.adding(local)
      return .present(local)
    case .enumCase(let name):
      guard case .enumeration(let enumeration) = type else {
        report(.patternDiffers("`.\(name.text)`", type, at: pattern.span))
        return nil
      }
      guard let index = enumeration.cases.firstIndex(of: name.text) else {
        report(.unknownCase(name, of: enumeration, at: pattern.span))
        return nil
      }
      return .enumCase(index)
    case .literal(let expression):
      let before = poisoned
      let value = infer(expression, in: .empty, .hint(type))
      if poisoned != before { return nil }
      guard value.type == type, case .literal(let literal) = value.kind else {
        if case .distinct(let distinct) = type {
          report(.patternOfDistinct(distinct, at: pattern.span))
        } else if value.type == type {
          report(.patternNotLiteral(at: pattern.span))
        } else {
          report(.patternDiffers("`\(value.type)`", type, at: pattern.span))
        }
        return nil
      }
      return .literal(literal)
    }
  }
}

/// Which values of the subject the arms so far take.
private struct MatchCoverage {
  private let type: Type
  private let isOptional: Bool
  private var cases: Set<Int> = []
  private var literals: Set<Literal> = []
  private var hasNone = false
  private var hasPresent = false
  /// A pattern was broken, so that nothing can be said about the whole.
  var isGuessed = false

  init(of type: Type) {
    self.type = type.unwrapped
    isOptional = type.isOptional
  }

  /// Whether every value is taken.
  var isComplete: Bool { (hasNone || !isOptional) && isPresentComplete }

  private var isPresentComplete: Bool {
    if hasPresent { return true }
    switch type {
    case .enumeration(let enumeration): return cases.count == enumeration.cases.count
    case .bool: return literals.count == 2
    default: return false
    }
  }

  mutating func coverAll() {
    hasNone = true
    hasPresent = true
  }

  /// Takes a pattern; false where it takes nothing that is left.
  mutating func add(_ pattern: TypedPattern) -> Bool {
    if isComplete { return false }
    switch pattern {
    case .otherwise:
      coverAll()
      return true
    case .none:
      defer { hasNone = true }
      return !hasNone
    case .present:
      defer { hasPresent = true }
      return !isPresentComplete
    case .enumCase(let index): return !isPresentComplete && cases.insert(index).inserted
    case .literal(let literal): return !isPresentComplete && literals.insert(literal).inserted
    }
  }

  /// What no arm takes, as patterns.
  var missing: [String] {
    var result: [String] = []
    if !isPresentComplete {
      switch type {
      case .enumeration(let enumeration):
        for (index, name) in enumeration.cases.enumerated() where !cases.contains(index) {
          result.append(".\(name)")
        }
      case .bool:
        if !literals.contains(.bool(true)) { result.append("true") }
        if !literals.contains(.bool(false)) { result.append("false") }
      default: result.append("else")
      }
    }
    if isOptional, !hasNone { result.append("none") }
    return result
  }
}
