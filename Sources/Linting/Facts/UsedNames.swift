import Semantics
import Syntax

extension Expression {
  /// The names in it, also those that lambdas bind.
  var usedNames: Set<String> {
    var names: Set<String> = []
    visitNames { names.insert($0.text) }
    return names
  }
}

extension Statement {
  /// The names in its expressions.
  var usedNames: Set<String> {
    var names: Set<String> = []
    visitNames { names.insert($0.text) }
    return names
  }
}
