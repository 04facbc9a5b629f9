import CKafka

/// What Kafka, or the way to it, has refused.
public struct KafkaError: Error, Hashable, Sendable {
  /// What is to be mended.
  public enum Kind: Hashable, Sendable {
    /// librdkafka is not installed.
    case missingLibrary
    /// The address is none.
    case badAddress
    /// There is no option of this name.
    case unknownOption(String, known: [String])
    /// An option can't be what it is set to, or is not to be set.
    case badOption
    /// No broker answers in time.
    case unreachable
    /// A broker answers, but does not let us in, or we do not trust it.
    case refused
    /// There is no such topic or partition.
    case unknownTopic
    /// The user may not do this with the topic, the group or the transaction.
    case forbidden
    /// The offset is not in the log, or no longer.
    case outOfRange
    /// Someone else writes with the same name since.
    case fenced
    /// The message is larger than it may be.
    case tooLarge
    /// Another consumer reads with the same group.
    case groupInUse
    case other
  }

  /// What is to be mended.
  public let kind: Kind
  /// The name that Kafka's documentation has for it: `UNKNOWN_TOPIC_OR_PART`; empty where it has none.
  public let name: String
  /// What has happened, in one line.
  public let message: String
  /// Whether the same may succeed when it is tried again.
  public let isRetriable: Bool
  /// Whether the client it comes from can do nothing more.
  public let isFatal: Bool
  /// Whether the transaction under way can only be aborted.
  public let requiresAbort: Bool

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
    name = ""
    isRetriable = false
    isFatal = false
    requiresAbort = false
  }

  /// The same in other words.
  init(_ error: KafkaError, message: String) {
    kind = error.kind
    name = error.name
    self.message = message
    isRetriable = error.isRetriable
    isFatal = error.isFatal
    requiresAbort = error.requiresAbort
  }

  /// An error of librdkafka; with its own words where there are no better ones.
  init(_ code: rd_kafka_resp_err_t, _ reason: String? = nil, isFatal: Bool = false) {
    kind = Kind(code)
    name = rd.err2name(code).map { String(cString: $0) } ?? ""
    message = reason ?? rd.err2str(code).map { String(cString: $0) } ?? name
    isRetriable = kind == .unreachable
    self.isFatal = isFatal
    requiresAbort = false
  }

  /// An error object of librdkafka, which is taken over.
  init(taking error: OpaquePointer) {
    let code = rd.error_code(error)
    kind = Kind(code)
    name = rd.err2name(code).map { String(cString: $0) } ?? ""
    message = rd.error_string(error).map { String(cString: $0) } ?? name
    isRetriable = rd.error_is_retriable(error) != 0
    isFatal = rd.error_is_fatal(error) != 0
    requiresAbort = rd.error_txn_requires_abort(error) != 0
    rd.error_destroy(error)
  }

  /// How to mend it.
  public var help: String? {
    switch kind {
    case .missingLibrary: "install it: `apt-get install librdkafka1`, `brew install librdkafka`"
    case .badAddress:
      "an address is `broker:9092`, or `kafka://one:9092,two:9092?security.protocol=SASL_SSL&sasl.mechanism=PLAIN`"
    case .unknownOption: "options have the names that librdkafka's CONFIGURATION.md lists"
    case .badOption: nil
    case .unreachable: "is the broker up, and is this its address?"
    case .refused:
      "options of the address say how to log in: `security.protocol`, `sasl.mechanism`, `sasl.username`, "
        + "`sasl.password`, `ssl.ca.location`"
    case .unknownTopic: "create it, with as many partitions as rows are to be read in parallel"
    case .forbidden: "grant the user of the address what it needs: topic, group and transactional id"
    case .outOfRange:
      "the topic keeps messages for less time than the run was away, or it was made anew: begin a new run"
    case .fenced: "one run writes at a time: stop the other one, or this one"
    case .tooLarge: "raise `message.max.bytes` in the address, and `max.message.bytes` of the topic"
    case .groupInUse: "give the pipeline a group of its own"
    case .other: nil
    }
  }
}

extension KafkaError.Kind {
  fileprivate init(_ code: rd_kafka_resp_err_t) {
    switch code {
    case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT,
      RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
      self = .unreachable
    case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
      RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
      RD_KAFKA_RESP_ERR__SSL:
      self = .refused
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      self = .unknownTopic
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      self = .forbidden
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: self = .outOfRange
    case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
      RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      self = .fenced
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: self = .tooLarge
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
      RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
      self = .groupInUse
    default: self = .other
    }
  }
}

/// Throws what a function of librdkafka gave.
func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
  if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
}
