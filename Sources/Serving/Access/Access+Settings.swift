import Diagnosing
import Foundation
import JWTKit
import Settings

extension Access {
  /// Why keys or tokens can't be used.
  public struct Unusable: Error {
    /// What is wrong, in the project file.
    public let diagnostic: Diagnostic
  }

  /// The access that a profile gives; what it refers to is relative to `folder`.
  public init(_ settings: ServeSettings?, in folder: String) async throws(Unusable) {
    guard let settings else {
      self = .open
      return
    }
    var tokens: [String] = []
    if let reference = settings.tokens {
      tokens = try reference.text(in: folder).split(whereSeparator: \.isWhitespace).map(String.init)
      if tokens.isEmpty {
        throw Unusable(.unusable("there are no tokens in it, so nobody could call", at: reference.span))
      }
    }
    var signed: SignedTokens?
    if let jwt = settings.jwt {
      signed = SignedTokens(
        keys: try await Self.keys(jwt, in: folder), issuer: jwt.issuer?.value, audience: jwt.audience?.value)
    }
    self.init(tokens: tokens, signed: signed, largestBody: settings.largestBody ?? Self.usualBody)
  }

  private static func keys(_ settings: JWTSettings, in folder: String) async throws(Unusable)
    -> JWTKeyCollection
  {
    let text = try settings.keys.text(in: folder)
    let keys = JWTKeyCollection()
    let isSet = text.drop(while: \.isWhitespace).hasPrefix("{")
    guard isSet || settings.algorithm != nil else {
      throw Unusable(
        .unusable(
          "this is no set of keys in JSON, so `algorithm:` must say what it is", at: settings.keys.span))
    }
    do {
      if isSet {
        try await keys.add(jwksJSON: text)
      } else {
        let key = text.trimmingCharacters(in: .whitespacesAndNewlines)
        switch settings.algorithm?.value {
        case .hs256: await keys.add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
        case .rs256: await keys.add(rsa: try Insecure.RSA.PublicKey(pem: key), digestAlgorithm: .sha256)
        case .es256: await keys.add(ecdsa: try ES256PublicKey(pem: key))
        case nil: break
        }
      }
    } catch {
      throw Unusable(.unusable("these keys can't be read: \(error)", at: settings.keys.span))
    }
    return keys
  }
}

extension Access.Unusable {
  fileprivate init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

extension SecretReference {
  fileprivate var span: Span {
    switch self {
    case .environment(let place), .file(let place): place.span
    }
  }

  /// The text that it refers to.
  fileprivate func text(in folder: String) throws(Access.Unusable) -> String {
    switch self {
    case .environment(let name):
      guard let value = getenv(name.value) else {
        throw Access.Unusable(
          Diagnostic(
            .unsetVariable, "the variable `\(name.value)` is not set", at: name.span,
            label: "holds nothing"))
      }
      return String(cString: value)
    case .file(let path):
      let whole = path.value.hasPrefix("/") || folder.isEmpty ? path.value : "\(folder)/\(path.value)"
      do { return try String(contentsOfFile: whole, encoding: .utf8) } catch {
        throw Access.Unusable(
          Diagnostic(
            .unreadableFile, "`\(path.value)` can't be read: \(error.localizedDescription)", at: path.span,
            label: "not readable"))
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func unusable(_ reason: String, at span: Span) -> Diagnostic {
    Diagnostic(.wrongSettingType, reason, at: span, label: "can't be used")
  }
}
