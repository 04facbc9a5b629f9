extension Rules {
  static let correctness: [Rule] = [
    .constantCondition, .settledByConstraint, .keysNeverEqual, .floatEquality, .windowBelowDelay,
    .unusedParameter, .unusedValue, .unusedImport, .unusedDeclaration, .shadowedName, .sameBranches,
    .repeatedCondition, .selfOperation, .groupByIdentity, .checkAlwaysHolds, .swappedBounds,
    .emptyResult, .selfUnion, .unboundedKey, .neverEmptyGroup,
  ]
}
