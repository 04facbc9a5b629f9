extension Rules {
  static let performance: [Rule] = [
    .filterAfterJoin, .filterAfterMap, .filterAfterSort, .collectWholeTable, .sortIgnored,
    .distinctAfterGroup,
    .anyInsteadOfCount, .isEmptyInsteadOfLen, .largeToList, .plainRegex, .collectThenReduce, .sortForOne,
  ]
}
