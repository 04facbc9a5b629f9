import AsyncHTTPClient
import Hashing
import NIOCore
import NIOHTTP1

/// What is asked of S3.
struct S3Request: Sendable {
  let method: HTTPMethod
  /// Encoded.
  let path: String
  /// Not encoded.
  var query: [(name: String, value: String)] = []
  /// With names in lower case.
  var headers: [(name: String, value: String)] = []
  var body = S3Body.none
  /// Statuses that are answers, beside those of success.
  var answers: Set<UInt> = []

  /// The request as it is sent, signed.
  func signed(_ signature: SignatureV4, _ place: S3Place, at time: S3Time) -> HTTPClientRequest {
    var headers = self.headers
    headers.append(("host", place.host))
    headers.append(("x-amz-content-sha256", body.hash))
    headers.append(("x-amz-date", time.stamp))
    if let session = signature.credentials.session { headers.append(("x-amz-security-token", session)) }
    let query = query.map { (name: Percent.encoded($0.name), value: Percent.encoded($0.value)) }
    let authorization = signature.authorization(
      method.rawValue, path, query: query, headers: headers, payload: body.hash, at: time)
    let text = query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    var request = HTTPClientRequest(url: place.endpoint + path + (text.isEmpty ? "" : "?\(text)"))
    request.method = method
    for header in headers { request.headers.add(name: header.name, value: header.value) }
    request.headers.add(name: "authorization", value: authorization)
    request.headers.add(name: "user-agent", value: "thalweg")
    switch body {
    case .none: break
    case .bytes(let bytes): request.body = .bytes(ByteBuffer(bytes: bytes))
    case .part(let part): request.body = .stream(part, length: .known(part.name.bytes))
    }
    return request
  }
}

/// What goes with a request.
enum S3Body: Sendable {
  case none
  case bytes([UInt8])
  case part(FilePart)

  /// SHA-256 of the bytes, which the server holds them against.
  var hash: String {
    switch self {
    case .none: SHA256Hash.hex("")
    case .bytes(let bytes): SHA256Hash.hex(bytes)
    case .part(let part): part.name.hash
    }
  }
}

/// Bytes of a file that were hashed, read again a piece at a time: they must be the same.
struct FilePart: AsyncSequence, Sendable {
  let file: OpenFile
  let offset: Int64
  let name: ObjectName

  struct AsyncIterator: AsyncIteratorProtocol {
    let part: FilePart
    var position: Int64 = 0
    var hash = SHA256Hash()

    mutating func next() async throws -> ByteBuffer? {
      let count = Int(Swift.min(part.name.bytes - position, Int64(Files.pieceSize)))
      guard count > 0 else { return nil }
      let (part, offset, former) = (part, part.offset + position, hash)
      let isLast = position + Int64(count) == part.name.bytes
      let (buffer, hash) = try await BlockingWork.run { _ throws(ArtifactError) in
        var hash = former
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        var result = Result<Int, ArtifactError>.success(0)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { room in
          let room = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
          do throws(ArtifactError) { result = .success(try part.file.read(into: room, at: offset)) } catch {
            result = .failure(error)
          }
          hash.update(UnsafeRawBufferPointer(room))
          return count
        }
        // The last piece goes only where all of it is what it is to be.
        guard try result.get() == count, !isLast || hash.hex() == part.name.hash else { throw part.changed }
        return (buffer, hash)
      }
      self.hash = hash
      position += Int64(count)
      return buffer
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(part: self) }

  var changed: ArtifactError {
    ArtifactError(
      .content, "cannot keep `\(file.path)`: it was changed meanwhile",
      help: "put it when it is written completely")
  }
}
