import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import SystemPackage

/// Asks S3, again where that may help.
final class S3Client: Sendable {
  /// How patient it is.
  struct Patience: Sendable {
    /// How long nothing may move.
    var idle = Duration.seconds(60)
    var tries = 8
    /// What the first pause is at most; each further one is up to twice as long.
    var pause = Duration.milliseconds(100)
    var longestPause = Duration.seconds(5)
  }

  /// What was answered, in whole.
  struct Answer: Sendable {
    let status: UInt
    let headers: HTTPHeaders
    let body: [UInt8]
  }

  /// Why a try gave nothing.
  enum Failure: Error {
    /// It may pass.
    case passing(String, isProgress: Bool = false)
    case final(ArtifactError)
  }

  let place: S3Place
  /// The place as it was named, for messages.
  let name: String
  private let signature: SignatureV4
  private let patience: Patience
  private let client: HTTPClient

  /// More than this is no answer, but content.
  private static let largestAnswer = 16 << 20

  init(_ place: S3Place, name: String, credentials: S3Credentials, patience: Patience = Patience()) {
    self.place = place
    self.name = name
    self.patience = patience
    signature = SignatureV4(credentials: credentials, region: place.region)
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = .seconds(10)
    configuration.timeout.read = TimeAmount(patience.idle)
    configuration.timeout.write = TimeAmount(patience.idle)
    configuration.redirectConfiguration = .disallow
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  deinit { client.shutdown(queue: .global()) { _ in } }

  /// The answer to a request.
  func send(_ request: S3Request) async throws(ArtifactError) -> Answer {
    try await trying { () throws(Failure) in
      let response = try await self.execute(request)
      let body = try await self.body(response)
      // It may begin well, and end in an error: the bytes of a long wait came first.
      if response.status == .ok, request.method == .POST,
        let code = S3Text(body).elements("Error").first?["Code"]
      {
        throw self.failure(500, code, S3Text(body)["Message"], response.headers)
      }
      return Answer(status: response.status.code, headers: response.headers, body: body)
    }
  }

  /// Tries until something else than a failure that may pass comes of it.
  func trying<Value>(_ attempt: () async throws(Failure) -> Value) async throws(ArtifactError) -> Value {
    var pause = patience.pause
    var failures = 0
    while true {
      do throws(Failure) { return try await attempt() } catch {
        switch error {
        case .final(let error): throw error
        case .passing(let reason, let isProgress):
          if isProgress { (failures, pause) = (0, patience.pause) }
          failures += 1
          guard failures < patience.tries else {
            throw ArtifactError(
              .unavailable, "`\(name)` failed \(failures) times, at last since \(reason)",
              help: "see whether \(place.endpoint) can be reached, and try again")
          }
          // Any part of the pause, so that those that failed together do not come back together.
          do { try await Task.sleep(for: pause * Double.random(in: 0...1)) } catch { throw .cancelled }
          pause = min(pause * 2, patience.longestPause)
        }
      }
    }
  }

  /// The beginning of an answer.
  func execute(_ request: S3Request) async throws(Failure) -> HTTPClientResponse {
    let response: HTTPClientResponse
    do {
      response = try await client.execute(
        request.signed(signature, place, at: .now), deadline: .distantFuture)
    } catch { throw failure(error) }
    if (200..<300).contains(response.status.code) || request.answers.contains(response.status.code) {
      return response
    }
    let text = S3Text((try? await body(response)) ?? [])
    throw failure(response.status.code, text["Code"], text["Message"], response.headers)
  }

  private func body(_ response: HTTPClientResponse) async throws(Failure) -> [UInt8] {
    do {
      return Array(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
    } catch { throw failure(error) }
  }

  // MARK: Failures

  /// What a connection failed with.
  ///
  /// - Parameter isProgress: Whether something had come that need not come again.
  func failure(_ error: any Error, isProgress: Bool = false) -> Failure {
    if Task.isCancelled { return .final(.cancelled) }
    if let error = error as? ArtifactError { return .final(error) }
    return .passing(reason(error), isProgress: isProgress)
  }

  private func reason(_ error: any Error) -> String {
    if let error = error as? NIOConnectionError {
      return error.connectionErrors.first.map { reason($0.error) } ?? "the name \(error.host) is not known"
    }
    if let error = error as? IOError {
      return "the connection to \(place.host) failed (\(Errno(rawValue: error.errnoCode)))"
    }
    switch error as? HTTPClientError {
    case .connectTimeout?: return "\(place.host) let nobody connect"
    case .readTimeout?, .writeTimeout?: return "nothing moved for \(patience.idle)"
    case .remoteConnectionClosed?: return "the connection was closed"
    default: return "\(error)"
    }
  }

  var noBucket: ArtifactError {
    ArtifactError(
      .place, "`\(name)` names a bucket that is not there",
      help: "make the bucket `\(place.bucket)`, or name another")
  }

  /// What a server says.
  private func failure(_ status: UInt, _ code: String?, _ message: String?, _ headers: HTTPHeaders) -> Failure
  {
    func final(_ message: String, _ help: String) -> Failure {
      .final(ArtifactError(.place, "`\(name)` \(message)", help: help))
    }
    let region = headers.first(name: "x-amz-bucket-region") ?? "NAME"
    let elsewhere = final(
      "is not in the region `\(place.region)`", "add the bucket's region to it: `region=\(region)`")
    switch code {
    case "NoSuchBucket":
      return .final(noBucket)
    case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken",
      "TokenRefreshRequired":
      return final(
        "refuses the credentials (\(code ?? ""))",
        "see what AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are")
    case "RequestTimeTooSkewed":
      return final("refuses requests since the clocks differ", "set the clock of this machine")
    case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
      return elsewhere
    default: break
    }
    let said = [code, message].compactMap(\.self).joined(separator: ": ")
    let reason = "the answer is \(status)\(said.isEmpty ? "" : " (\(said))")"
    switch status {
    case 301, 307, 308:
      return elsewhere
    case 401, 403:
      return final(
        "does not allow this: \(reason)",
        "let `\(signature.credentials.key)` do s3:GetObject, s3:PutObject, s3:ListBucket and s3:DeleteObject")
    case 408, 409, 429, 500, 502...504: return .passing(reason)
    case _ where code == "RequestTimeout" || code == "SlowDown": return .passing(reason)
    default: return final("refuses a request: \(reason)", "is it an S3-compatible store?")
    }
  }
}
