/// How far event time is where an operator's rows come from.
struct TimeProgress {
  /// What is known of one input.
  struct Input {
    /// No row with an earlier time follows: microseconds; `.min` where nothing is known, `.max` at the end.
    var watermark: Int64
    /// Whether no row follows at all.
    var hasEnded: Bool

    /// All rows have come.
    static let ended = Input(watermark: .max, hasEnded: true)

    /// Rows without a time of their own.
    static func untimed(hasEnded: Bool) -> Input {
      Input(watermark: hasEnded ? .max : .min, hasEnded: hasEnded)
    }
  }

  /// Of each input.
  let inputs: [Input]

  /// No row with an earlier time follows, of any input.
  var watermark: Int64 { inputs.reduce(.max) { min($0, $1.watermark) } }

  /// Whether no row follows, of any input.
  var hasEnded: Bool { inputs.allSatisfy(\.hasEnded) }

  /// All rows of all inputs have come.
  static func ended(inputs: Int) -> TimeProgress {
    TimeProgress(inputs: Array(repeating: .ended, count: inputs))
  }
}
