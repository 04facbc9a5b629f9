import CKafka

/// The properties of a client to be. Made only where the library is there.
struct Configuration: ~Copyable {
  /// nil once the client has it.
  private var pointer: OpaquePointer?

  /// What the program decides, and an address does not.
  private static let fixed: Set<String> = [
    "metadata.broker.list", "bootstrap.servers", "group.id", "group.instance.id", "transactional.id",
    "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset",
    "enable.partition.eof", "isolation.level", "enable.idempotence", "acks", "request.required.acks",
    "delivery.report.only.error", "log.queue", "opaque",
  ]

  /// - Parameters:
  ///   - defaults: Which the address may change.
  ///   - own: Which it may not.
  init(_ address: KafkaAddress, defaults: [String: String], own: [String: String]) throws(KafkaError) {
    pointer = rd.conf_new()
    for (name, value) in defaults { try set(name, value) }
    for option in address.options {
      guard !Self.fixed.contains(option.name) else {
        throw KafkaError(
          .badOption, "`\(option.name)` is not an option of an address: the pipeline decides it")
      }
      try set(option.name, option.value)
    }
    try set("bootstrap.servers", address.brokers)
    for (name, value) in own { try set(name, value) }
    // Without this librdkafka prints to standard error; errors come by `error_cb`.
    rd.conf_set_log_cb(pointer) { _, _, _, _ in }
  }

  deinit { if let pointer { rd.conf_destroy(pointer) } }

  private borrowing func set(_ name: String, _ value: String) throws(KafkaError) {
    var words = [CChar](repeating: 0, count: 512)
    switch rd.conf_set(pointer, name, value, &words, words.count) {
    case RD_KAFKA_CONF_OK: return
    case RD_KAFKA_CONF_UNKNOWN:
      throw KafkaError(.unknownOption(name, known: names), "Kafka has no option `\(name)`")
    default:
      // librdkafka repeats the value, which is nobody's business where it is a secret.
      let reason = Self.isSecret(name) ? "its value is not understood" : text(words)
      throw KafkaError(.badOption, "the option `\(name)` can't be set: \(reason)")
    }
  }

  private static func isSecret(_ name: String) -> Bool {
    ["password", "secret", "key", "pem", "oauthbearer", "kinit"].contains { name.contains($0) }
  }

  /// What has no value unless an address gives it one.
  private static let withoutDefault = [
    "sasl.username", "sasl.password", "sasl.oauthbearer.config", "ssl.ca.location", "ssl.ca.pem",
    "ssl.certificate.location", "ssl.certificate.pem", "ssl.key.location", "ssl.key.pem", "ssl.key.password",
    "client.rack",
  ]

  /// The names of the properties that an address may have.
  private var names: [String] {
    var count = 0
    guard let entries = rd.conf_dump(pointer, &count) else { return Self.withoutDefault }
    defer { rd.conf_dump_free(entries, count) }
    let set = stride(from: 0, to: count, by: 2).compactMap { entries[$0].map { String(cString: $0) } }
    return Set(set + Self.withoutDefault).subtracting(Self.fixed).sorted()
  }

  /// A property that is a number.
  func number(_ name: String) -> Int {
    var words = [CChar](repeating: 0, count: 64)
    var size = words.count
    guard rd.conf_get(pointer, name, &words, &size) == RD_KAFKA_CONF_OK else { return 0 }
    return Int(text(words)) ?? 0
  }

  /// Sets what is called back; `reports` outlives the client.
  func report(to reports: Reports) {
    rd.conf_set_opaque(pointer, Unmanaged.passUnretained(reports).toOpaque())
    rd.conf_set_error_cb(pointer) { _, code, reason, opaque in
      Reports.of(opaque)?.noteTrouble(rd_kafka_resp_err_t(code), reason.map { String(cString: $0) })
    }
    rd.conf_set_dr_msg_cb(pointer) { _, message, opaque in
      if let code = message?.pointee.err { Reports.of(opaque)?.noteDelivery(code) }
    }
    rd.conf_set_offset_commit_cb(pointer) { _, code, _, opaque in Reports.of(opaque)?.noteCommit(code) }
  }

  /// Makes the client.
  mutating func make(_ kind: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
    var words = [CChar](repeating: 0, count: 512)
    guard let client = rd.new(kind, pointer, &words, words.count) else {
      throw KafkaError(.badOption, text(words))
    }
    pointer = nil
    return client
  }
}

/// The text before the zero.
private func text(_ words: [CChar]) -> String {
  String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
