/// Who asks.
struct S3Credentials: Sendable {
  let key: String
  let secret: String
  /// Of credentials that are lent for a while.
  let session: String?

  init(key: String, secret: String, session: String? = nil) {
    self.key = key
    self.secret = secret
    self.session = session
  }

  /// What the environment says.
  init(environment: [String: String], for place: String) throws(ArtifactError) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    guard let key = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") else {
      throw ArtifactError(
        .place, "there are no credentials for `\(place)`",
        help: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where they are lent")
    }
    self.init(key: key, secret: secret, session: value("AWS_SESSION_TOKEN"))
  }
}
