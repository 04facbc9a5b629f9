/// What a sink promises about its rows when a run fails or is repeated; weakest first.
public enum DeliveryPromise: Int, Hashable, Sendable, Comparable {
  /// What was written can't be taken back: a repeated run writes it again.
  case atLeastOnce
  /// Writing the same again changes nothing.
  case idempotent
  /// All rows of a run become visible at once, or none.
  case transactional

  /// By strength.
  public static func < (left: DeliveryPromise, right: DeliveryPromise) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The promise's name in JSON and in the language.
  public var name: String {
    switch self {
    case .atLeastOnce: "at_least_once"
    case .idempotent: "idempotent"
    case .transactional: "transactional"
    }
  }

  /// One sentence for people.
  public var explanation: String {
    switch self {
    case .atLeastOnce: "at least once: what is printed can't be taken back"
    case .idempotent: "idempotent: a repeated run changes nothing"
    case .transactional:
      "transactional: outputs appear together, after the last job and all checks, or not at all"
    }
  }
}

extension Connector {
  /// What the connector promises as a sink.
  public var promise: DeliveryPromise {
    switch self {
    case .csv, .jsonLines, .json, .parquet, .lines, .files, .postgres, .kafka, .dataset, .artifact:
      .transactional
    case .stdin, .stdout, .request, .poll, .synthetic: .atLeastOnce
    }
  }

  /// Whether a source gives the same rows when it is read again.
  public var isReplayable: Bool {
    switch self {
    case .csv, .jsonLines, .json, .parquet, .lines, .files, .postgres, .kafka, .dataset, .artifact: true
    case .synthetic(_, let seed, _): seed != nil
    case .stdin, .stdout, .request, .poll: false
    }
  }
}
