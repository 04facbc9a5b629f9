import AsyncHTTPClient
import Hashing
import NIOCore
import NIOHTTP1

/// Objects in a bucket, by the names that they have in a folder.
///
/// What an object is called is the hash that its request is signed with, so the server takes in nothing else under
/// its name; where it does not look, the sender has.
struct S3Objects: ObjectStore {
  let place: String
  private let client: S3Client
  /// What is larger is sent in parts of this size.
  private let partSize: Int64

  /// An object that is older is put anew, so that it is not collected while somebody is about to refer to it.
  private static let renewal = Duration.seconds(12 * 3600)
  /// As many parts as an object may have.
  private static let mostParts: Int64 = 10_000

  /// How many objects a page of a list has at most.
  private let pageSize: Int

  init(_ client: S3Client, partSize: Int64 = 64 << 20, pageSize: Int = 1000) {
    place = client.name
    self.client = client
    self.partSize = partSize
    self.pageSize = pageSize
  }

  // MARK: Putting

  func put(_ path: String) async throws(ArtifactError) -> ObjectName {
    let source = try await SourceFile(path, parts: partSize, most: Self.mostParts)
    let found = try await look(source.name.hash)
    if let found, found.bytes == source.name.bytes, found.age < Self.renewal { return source.name }
    // What is there otherwise is to be replaced.
    let condition = found == nil ? [(name: "if-none-match", value: "*")] : []
    if !source.parts.isEmpty {
      try await upload(source, condition)
    } else {
      try await put(source, condition)
    }
    return source.name
  }

  private func put(_ source: SourceFile, _ condition: [(name: String, value: String)])
    async throws(ArtifactError)
  {
    _ = try await client.send(
      S3Request(
        method: .PUT, path: path(source.name.hash), headers: condition, body: .part(source.whole),
        // Another has put it meanwhile.
        answers: [412]))
  }

  private func upload(_ source: SourceFile, _ condition: [(name: String, value: String)])
    async throws(ArtifactError)
  {
    let path = path(source.name.hash)
    let begun = try await client.send(S3Request(method: .POST, path: path, query: [("uploads", "")]))
    guard let upload = S3Text(begun.body)["UploadId"] else {
      throw ArtifactError(
        .place, "`\(place)` began an upload without a name", help: "is it an S3-compatible store?")
    }
    do throws(ArtifactError) {
      let client = client
      let tags = try await concurrently(Array(source.parts.enumerated())) {
        number, part throws(ArtifactError) in
        let answer = try await client.send(
          S3Request(
            method: .PUT, path: path, query: [("partNumber", "\(number + 1)"), ("uploadId", upload)],
            body: .part(part)))
        return answer.headers.first(name: "etag") ?? ""
      }
      var list = "<CompleteMultipartUpload>"
      for (number, tag) in tags.enumerated() {
        list += "<Part><PartNumber>\(number + 1)</PartNumber><ETag>\(tag)</ETag></Part>"
      }
      list += "</CompleteMultipartUpload>"
      let answer = try await client.send(
        S3Request(
          method: .POST, path: path, query: [("uploadId", upload)], headers: condition,
          body: .bytes(Array(list.utf8)), answers: [404, 412]))
      // The answer to a former try was lost, or another has put it.
      if answer.status != 200 {
        await abort(path, upload)
        guard try await size(source.name.hash) == source.name.bytes else {
          throw ArtifactError(.unavailable, "`\(place)` lost the parts of an upload", help: "try again")
        }
      }
    } catch {
      await abort(path, upload)
      throw error
    }
  }

  /// Removes the parts of an upload, also where the calling task is cancelled. What is left of those that could not be
  /// removed is for a rule of the bucket (`AbortIncompleteMultipartUpload`).
  private func abort(_ path: String, _ upload: String) async {
    let request = S3Request(method: .DELETE, path: path, query: [("uploadId", upload)], answers: [404])
    await Task { [client] in _ = try? await client.send(request) }.value
  }

  // MARK: Getting

  func get(_ hash: String, to path: String, isExecutable: Bool) async throws(ArtifactError) {
    let target = try await BlockingWork.run { _ throws(ArtifactError) in
      ReceivedFile(try OpenFile.making(path))
    }
    let isThere = try await client.trying { () throws(S3Client.Failure) in
      try await self.receive(hash, target)
    }
    guard isThere else { throw missing(hash) }
    guard target.hash.hex() == hash else { throw damaged(hash) }
    try await target.finish(isExecutable: isExecutable)
  }

  /// Receives what is missing yet; false where there is no such object.
  private func receive(_ hash: String, _ target: ReceivedFile) async throws(S3Client.Failure) -> Bool {
    let former = target.count
    let range = former == 0 ? [] : [(name: "range", value: "bytes=\(former)-")]
    let response = try await client.execute(
      S3Request(method: .GET, path: path(hash), headers: range, answers: [404, 416]))
    switch response.status.code {
    case 206 where former > 0: break
    // All had come but the end.
    case 416 where former > 0: return true
    case 404:
      // Without the object, or without the bucket.
      let body = try? await response.body.collect(upTo: 1 << 16)
      guard S3Text(body.map { Array($0.readableBytesView) } ?? [])["Code"] == "NoSuchBucket" else {
        return false
      }
      throw .final(client.noBucket)
    default: target.restart()
    }
    do {
      do {
        for try await bytes in response.body { try await target.append(bytes) }
      } catch {
        try await target.flush()
        throw error
      }
      try await target.flush()
    } catch { throw client.failure(error, isProgress: target.count > former) }
    return true
  }

  // MARK: Looking

  /// What is known of an object.
  private func look(_ hash: String) async throws(ArtifactError) -> StoredObject? {
    let answer = try await client.send(S3Request(method: .HEAD, path: path(hash), answers: [404]))
    guard answer.status != 404 else { return nil }
    guard let bytes = answer.headers.first(name: "content-length").flatMap({ Int64($0) }),
      let time = answer.headers.first(name: "last-modified").flatMap({ S3Time($0) })
    else {
      throw ArtifactError(
        .place, "`\(place)` does not say how large or how old an object is",
        help: "is it an S3-compatible store?")
    }
    return StoredObject(hash: hash, bytes: bytes, age: age(time, answer))
  }

  func size(_ hash: String) async throws(ArtifactError) -> Int64? { try await look(hash)?.bytes }

  func forEachPage(_ page: ([StoredObject]) async throws(ArtifactError) -> Void) async throws(ArtifactError) {
    var next: String?
    repeat {
      let start = [
        (name: "list-type", value: "2"), (name: "max-keys", value: "\(pageSize)"),
        (name: "prefix", value: client.place.key("objects/")),
      ]
      let answer = try await client.send(
        S3Request(
          method: .GET, path: client.place.path(),
          query: start + (next.map { [(name: "continuation-token", value: $0)] } ?? [])))
      let text = S3Text(answer.body)
      try await page(text.elements("Contents").compactMap { object($0, answer) })
      next = text["IsTruncated"] == "true" ? text["NextContinuationToken"] : nil
    } while next != nil
  }

  private func object(_ text: S3Text, _ answer: S3Client.Answer) -> StoredObject? {
    guard let key = text["Key"], let hash = key.split(separator: "/").last, Artifact.isHash(hash),
      key == client.place.key(name(String(hash))), let bytes = text["Size"].flatMap({ Int64($0) }),
      let time = text["LastModified"].flatMap({ S3Time($0) })
    else { return nil }
    return StoredObject(hash: String(hash), bytes: bytes, age: age(time, answer))
  }

  func remove(_ hash: String, olderThan age: Duration) async throws(ArtifactError) -> Bool {
    guard let found = try await look(hash) else { return true }
    guard found.age >= age else { return false }
    _ = try await client.send(S3Request(method: .DELETE, path: path(hash), answers: [404]))
    return true
  }

  private func age(_ time: S3Time, _ answer: S3Client.Answer) -> Duration {
    let now = answer.headers.first(name: "date").flatMap { S3Time($0) } ?? .now
    return .seconds(now.seconds - time.seconds)
  }

  private func name(_ hash: String) -> String { "objects/\(hash.prefix(2))/\(hash)" }
  private func path(_ hash: String) -> String { client.place.path(name(hash)) }
}
