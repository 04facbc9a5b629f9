import Diagnosing
import Syntax

/// How one operator is checked. Each has a file or shares one with its kin.
struct OperatorRule: Sendable {
  typealias Apply = @Sendable (FlowChecker, FlowValue, Identifier, CallArguments) -> ChainValue
  typealias ApplyToGroups =
    @Sendable (FlowChecker, FlowValue, TypedLambda, Identifier, CallArguments) -> ChainValue

  /// What stands in its parentheses.
  let signature: CallSignature
  /// On a flow.
  let apply: Apply
  /// On groups; nil where it does not work on them.
  let applyToGroups: ApplyToGroups?

  init(_ signature: CallSignature, applyToGroups: ApplyToGroups? = nil, apply: @escaping Apply) {
    self.signature = signature
    self.apply = apply
    self.applyToGroups = applyToGroups
  }
}

/// The closed set of operators (LANGUAGE.md 5).
enum Operators {
  /// By name.
  static let named: [String: OperatorRule] = [
    "map": .map, "filter": .filter, "flat_map": .flatMap, "try_map": .tryMap, "union": .union,
    "distinct": .distinct, "join": .join(.inner), "left_join": .join(.left), "semi_join": .join(.semi),
    "anti_join": .join(.anti), "group_by": .groupBy, "aggregate": .aggregate, "top": .top, "sort": .sort,
    "limit": .limit, "sample": .sample, "split": .split, "timed": .timed, "window": .window, "scan": .scan,
    "latest": .latest, "rolling": .rolling,
  ]

  /// All names, in order.
  static let names = (Array(named.keys) + FlowChecker.valueOperators).sorted()
}
