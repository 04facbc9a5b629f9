extension Rules {
  static let style: [Rule] = [
    .valueName, .typeName, .undocumentedPipeline, .wideRecord, .longPipeline, .todoComment, .unorderedImports,
    .comparedWithBool, .doubleNegation, .coalescedWithNone, .plainInterpolation, .boolBranches, .identityMap,
    .repeatedFilter, .immediateValue, .longInitializer, .redundantOption, .repeatedLiteral,
    .emptyDocumentation,
  ]
}
