import Diagnosing
import YAMLReading

/// Who may call the services of a profile, and how much they may send.
public struct ServeSettings: Sendable {
  /// Tokens that open every route, separated by white space: a call shows one as `Authorization: Bearer TOKEN`.
  public var tokens: SecretReference?
  /// Signed tokens that open every route.
  public var jwt: JWTSettings?
  /// The largest body of a call, in bytes.
  public var largestBody: Int?
  /// Where `serve` stands.
  public let span: Span
}

/// How signed tokens are judged.
public struct JWTSettings: Sendable {
  /// How a token is signed.
  public enum Algorithm: String, Sendable, CaseIterable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
  }

  /// Where the keys are: a set of keys in JSON (JWKS), or one key in the form of `algorithm`.
  public let keys: SecretReference
  /// What the one key is for: a text for HS256, a public key in PEM for the others.
  public let algorithm: Spanned<Algorithm>?
  /// Who must have issued a token.
  public let issuer: Spanned<String>?
  /// For whom a token must be.
  public let audience: Spanned<String>?
}

extension SettingsReader {
  /// The `serve` of a profile.
  mutating func serve(_ entry: YAMLEntry) -> ServeSettings? {
    let known = ["tokens", "jwt", "max_body"]
    guard let fields = fields(entry.value, of: "`serve`", known: known) else { return nil }
    return ServeSettings(
      tokens: fields["tokens"].flatMap { secret($0.value, of: Spanned($0.key, $0.keySpan)) },
      jwt: fields["jwt"].flatMap { jwt($0) }, largestBody: fields["max_body"].flatMap { size($0) },
      span: entry.keySpan)
  }

  private mutating func jwt(_ entry: YAMLEntry) -> JWTSettings? {
    let known = ["keys", "algorithm", "issuer", "audience"]
    guard let fields = fields(entry.value, of: "`jwt`", known: known) else { return nil }
    let algorithm = fields["algorithm"].flatMap {
      word($0.value, JWTSettings.Algorithm.self, "way of signing")
    }
    let issuer = fields["issuer"].flatMap { text($0.value, "who issues the tokens") }
    let audience = fields["audience"].flatMap { text($0.value, "for whom the tokens are") }
    guard let keys = fields["keys"] else {
      if !fields.hasUnknown { report(.missingKey("keys", of: Spanned("jwt", entry.keySpan))) }
      return nil
    }
    guard let reference = secret(keys.value, of: Spanned(keys.key, keys.keySpan)) else { return nil }
    return JWTSettings(keys: reference, algorithm: algorithm, issuer: issuer, audience: audience)
  }

  /// Bytes: `64KiB`, `1MB`.
  private mutating func size(_ entry: YAMLEntry) -> Int? {
    guard let text = text(entry.value, "a size such as `1MiB`") else { return nil }
    let digits = text.value.prefix { $0.isASCII && $0.isNumber }
    guard let factor = Self.units[String(text.value.dropFirst(digits.count))], let number = Int(digits),
      case let (bytes, overflow) = number.multipliedReportingOverflow(by: factor), !overflow
    else {
      report(.wrongType("`\(entry.key)`", wants: "a size such as `1MiB`", found: entry.value))
      return nil
    }
    if !(1...1 << 30 ~= bytes) {
      report(.outOfRange(entry.key, Spanned(bytes, text.span), 1...1 << 30))
      return nil
    }
    return bytes
  }

  private static let units = [
    "B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
  ]
}
