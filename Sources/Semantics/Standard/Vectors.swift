extension StandardFunction {
  /// What must not be seen, and what did not work.
  static let guarded: [StandardFunction] = [
    StandardFunction(
      special: "mask", .mask, signature: "mask(value) -> String",
      "`***`, whatever the value; it carries no labels.", example: #"mask("1234 5678")"#, #""***""#),
    StandardFunction(
      special: "hash", .hash, signature: "hash(value, key: Secret<String>) -> String",
      "The HMAC-SHA-256 of the value's text under a secret, in lower-case hexadecimal; it carries no labels.",
      example: #"hash("kiel", key: secret("pepper")).len()"#, "64"),
    StandardFunction(
      special: "fault_of", .faultOf, signature: "fault_of(failed: Failed<T>) -> Fault",
      "What a row did that failed in `try_map`: its operator, why it failed, and the row as JSON.",
      example: #"fault_of(row { input: 7, error: "no rate", operator: "map" }).message"#, #""no rate""#),
    StandardFunction(
      special: "secret", nil, signature: #"secret("...") -> Secret<String>"#,
      "A secret by its name; the profile says where it comes from.",
      example: #"hash("kiel", key: secret("pepper")) == hash("kiel", key: secret("pepper"))"#, "true"),
  ]

  /// Functions of `Vector<N>`, and hashes and texts of bytes.
  static let vectors: [StandardFunction] = [
    StandardFunction(
      "dot", .dot, of: [.vector], [.value("other", .receiver)], gives: .type(.float),
      "The scalar product.",
      example: #"(try json.parse<Vector<2>>("[3, 4]")).dot(try json.parse<Vector<2>>("[1, 2]"))"#, "11.0"),
    StandardFunction(
      "cosine", .cosine, of: [.vector], [.value("other", .receiver)], gives: .type(.float),
      "The cosine of the angle between the two; NaN where one has no length.",
      example: #"(try json.parse<Vector<2>>("[3, 4]")).cosine(try json.parse<Vector<2>>("[6, 8]"))"#, "1.0"),
    StandardFunction(
      "norm", .norm, of: [.vector], gives: .type(.float),
      "The Euclidean length.", example: #"(try json.parse<Vector<2>>("[3, 4]")).norm()"#, "5.0"),
    StandardFunction(
      "sha256", .sha256, of: [.string, .bytes], gives: .type(.string),
      "The SHA-256 hash of the bytes, in lower-case hexadecimal.",
      example: #""abc".sha256().slice(0, 8)"#, #""ba7816bf""#),
    StandardFunction(
      "base64", .base64, of: [.string, .bytes], gives: .type(.string),
      "The bytes in base 64, padded.", example: #""abc".base64()"#, #""YWJj""#),
    StandardFunction(
      special: "uuid", nil, signature: #"uuid("...") -> Uuid"#,
      "A UUID; only of a literal, which is checked when the file is.",
      example: #""{uuid("00000000-0000-0000-0000-00000000000A")}""#,
      #""00000000-0000-0000-0000-00000000000a""#),
  ]
}
