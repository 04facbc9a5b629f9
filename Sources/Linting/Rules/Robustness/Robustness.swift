extension Rules {
  static let robustness: [Rule] = [
    .taskWithoutTimeout, .taskWithoutEffect, .externalWithoutReason, .retryWithoutBackoff, .uncheckedOutput,
    .scheduleWithoutZone, .silentLoss, .faultsNotTaken, .undocumentedDeclassify, .unseededSynthetic,
    .unpinnedContainer, .insecureAddress, .literalSecret, .absolutePath,
  ]
}
