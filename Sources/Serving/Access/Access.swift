import Foundation
import Hashing
import JWTKit
import NIOHTTP1
import Synchronization

/// Who may call, everybody or who shows a token, and how much a call may send.
public struct Access: Sendable {
  private let digests: Set<String>
  private let signed: SignedTokens?
  /// Bytes of a body.
  let largestBody: Int

  /// The largest body where nothing else is said.
  public static let usualBody = 1 << 20

  /// Everybody may call.
  public static let open = Access(tokens: [], signed: nil)

  /// Who shows one of `tokens`, or one that `signed` accepts, may call; everybody where there are neither.
  public init(tokens: [String], signed: SignedTokens?, largestBody: Int = Access.usualBody) {
    self.largestBody = largestBody
    digests = Set(tokens.map { SHA256Hash.hex($0) })
    self.signed = signed
  }

  /// Whether a token is wanted.
  var isRestricted: Bool { !digests.isEmpty || signed != nil }

  /// The token that is still to be verified; nil where the call may come in.
  func token(_ headers: HTTPHeaders) throws(Problem) -> String? {
    guard isRestricted else { return nil }
    guard let text = headers.first(name: "authorization"), text.prefix(7).lowercased() == "bearer " else {
      throw Self.refusal("a token is wanted: `Authorization: Bearer TOKEN`", challenge: "Bearer")
    }
    let token = String(text.dropFirst(7)).trimmingCharacters(in: .whitespaces)
    // Digests are compared, so the time it takes tells nothing of the tokens.
    if digests.contains(SHA256Hash.hex(token)) { return nil }
    guard let signed else { throw Self.invalid }
    return signed.isKnown(token) ? nil : token
  }

  /// Verifies a signed token.
  func verify(_ token: String) async throws(Problem) {
    guard let signed, await signed.verify(token) else { throw Self.invalid }
  }

  private static let invalid = refusal(
    "the token is not accepted", challenge: "Bearer error=\"invalid_token\"")

  private static func refusal(_ detail: String, challenge: String) -> Problem {
    var problem = Problem(.unauthorized, detail)
    problem.headers = [("www-authenticate", challenge)]
    return problem
  }
}

/// Tokens that an issuer has signed: JSON Web Tokens.
public final class SignedTokens: Sendable {
  private let keys: JWTKeyCollection
  private let issuer: String?
  private let audience: String?
  /// Tokens that were verified, until they expire: by their digests.
  private let known = Mutex<[String: Date]>([:])

  /// Tokens that are remembered at most.
  private static let mostKnown = 10_000
  /// How long a token without an end is remembered.
  private static let memory: TimeInterval = 60

  /// Accepts what one of `keys` has signed, for `audience` and by `issuer` where they are given.
  public init(keys: JWTKeyCollection, issuer: String?, audience: String?) {
    self.keys = keys
    self.issuer = issuer
    self.audience = audience
  }

  private struct Claims: JWTPayload {
    var exp: ExpirationClaim?
    var nbf: NotBeforeClaim?
    var iss: IssuerClaim?
    var aud: AudienceClaim?

    func verify(using algorithm: some JWTAlgorithm) throws {
      try exp?.verifyNotExpired()
      try nbf?.verifyNotBefore()
    }
  }

  func isKnown(_ token: String) -> Bool {
    known.withLock { known in known[SHA256Hash.hex(token)].map { $0 > Date() } ?? false }
  }

  func verify(_ token: String) async -> Bool {
    guard let claims = try? await keys.verify(token, as: Claims.self, iteratingKeys: true) else {
      return false
    }
    if let issuer, claims.iss?.value != issuer { return false }
    if let audience, claims.aud?.value.contains(audience) != true { return false }
    let end = min(claims.exp?.value ?? .distantFuture, Date(timeIntervalSinceNow: Self.memory))
    known.withLock { known in
      if known.count >= Self.mostKnown { known.removeAll() }
      known[SHA256Hash.hex(token)] = end
    }
    return true
  }
}
