import Diagnosing
import Syntax

/// The names that an expression sees besides those of its module: parameters, `let`, flows, groups.
/// A persistent list: a nested scope shares its surroundings.
public final class Scope: Sendable {
  /// What a name stands for.
  public enum Binding: Sendable {
    /// A value.
    case value(Local)
    /// A flow: no value, an error inside an expression. The number is for the flow checker.
    case flow(Int)
    /// The group of an aggregate's lambda; `GroupResolver` answers for it. The number is the resolver's.
    case group(Int)
    /// Declared with an error that was reported.
    case broken
    /// Bound inside the `if` or `for` at this place, and so not known here.
    case hidden(Span, String)
  }

  /// The name that this scope adds; the empty scope has none.
  public let name: String
  /// What the name stands for.
  public let binding: Binding
  /// The surrounding scope.
  public let parent: Scope?

  /// No names at all.
  public static let empty = Scope(name: "", binding: .broken, parent: nil)

  private init(name: String, binding: Binding, parent: Scope?) {
    self.name = name
    self.binding = binding
    self.parent = parent
  }

  /// This scope and one more name, which hides an equal one outside.
  public func adding(_ name: String, _ binding: Binding) -> Scope {
    Scope(name: name, binding: binding, parent: self)
  }

  /// This scope and a value under its own name.
  public func adding(_ local: Local) -> Scope { adding(local.name, .value(local)) }

  /// What `name` stands for here, if anything.
  public func lookup(_ name: String) -> Binding? {
    var scope = self
    while let parent = scope.parent {
      if scope.name == name {
        if case .hidden = scope.binding { return nil }
        return scope.binding
      }
      scope = parent
    }
    return nil
  }

  /// Where a name that is not known here is bound: in an `if` or `for`, and which word that is.
  func hiddenPlace(of name: String) -> (span: Span, word: String)? {
    var scope = self
    while let parent = scope.parent {
      if scope.name == name {
        if case .hidden(let span, let word) = scope.binding { return (span, word) }
        return nil
      }
      scope = parent
    }
    return nil
  }

  /// The names that were added to a scope around this one, the innermost first.
  func names(within outer: Scope) -> [String] {
    var result: [String] = []
    var scope = self
    while scope !== outer, let parent = scope.parent {
      result.append(scope.name)
      scope = parent
    }
    return result
  }

  /// Whether `name` is a flow, which is no value.
  func holdsFlow(_ name: String) -> Bool {
    if case .flow? = lookup(name) { true } else { false }
  }

  /// Every name, the innermost first.
  public var names: [String] {
    var result: [String] = []
    var scope = self
    while let parent = scope.parent {
      if case .hidden = scope.binding {} else { result.append(scope.name) }
      scope = parent
    }
    return result
  }
}
