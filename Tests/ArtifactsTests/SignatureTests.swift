import Hashing
import Testing

@testable import Artifacts

/// Requests are signed as the examples of AWS's documentation are.
@Suite struct SignatureTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    var query: [String: String] = [:]
    var headers: [String: String] = [:]
    var body = ""
    let signature: String

    var testDescription: String { "\(method) \(path) \(query)" }
  }

  /// Amazon S3 API Reference, "Signature calculations for the Authorization header".
  static let examples = [
    Example(
      method: "GET", path: "/test.txt", headers: ["range": "bytes=0-9"],
      signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    Example(
      method: "PUT", path: "/test%24file.text",
      headers: ["date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"],
      body: "Welcome to Amazon S3.",
      signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    Example(
      method: "GET", path: "/", query: ["lifecycle": ""],
      signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    Example(
      method: "GET", path: "/", query: ["prefix": "J", "max-keys": "2"],
      signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
  ]

  @Test(arguments: examples)
  func aRequestIsSigned(_ example: Example) throws {
    let signature = SignatureV4(
      credentials: S3Credentials(
        key: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      region: "us-east-1")
    let time = try #require(S3Time("Fri, 24 May 2013 00:00:00 GMT"))
    let payload = SHA256Hash.hex(example.body)
    let headers = example.headers.merging([
      "host": "examplebucket.s3.amazonaws.com", "x-amz-content-sha256": payload, "x-amz-date": time.stamp,
    ]) { $1 }
    let authorization = signature.authorization(
      example.method, example.path, query: example.query.map { (name: $0.key, value: $0.value) },
      headers: headers.map { (name: $0.key, value: $0.value) }, payload: payload, at: time)
    #expect(
      authorization
        == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        + "SignedHeaders=\(headers.keys.sorted().joined(separator: ";")),Signature=\(example.signature)")
  }

  /// AWS General Reference, "Examples of how to derive a signing key".
  @Test func aKeyIsDerived() {
    let signature = SignatureV4(
      credentials: S3Credentials(key: "", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      region: "us-east-1", service: "iam")
    #expect(
      signature.key("20150830").map(SignatureV4.hex).joined()
        == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
  }

  @Test(arguments: [
    ("Fri, 24 May 2013 00:00:00 GMT", 1_369_353_600), ("2013-05-24T00:00:00.000Z", 1_369_353_600),
    ("2024-02-29T23:59:59Z", 1_709_251_199), ("Sat, 31 Dec 2022 12:00:01 GMT", 1_672_488_001),
  ])
  func timesAreRead(_ text: String, _ seconds: Int) { #expect(S3Time(text)?.seconds == seconds) }

  @Test(arguments: ["", "yesterday", "2013-05-24", "Fri, 24 Mai 2013 00:00:00 GMT"])
  func whatIsNoTimeIsNotRead(_ text: String) { #expect(S3Time(text) == nil) }
}
