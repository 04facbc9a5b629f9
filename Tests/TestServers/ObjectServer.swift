import Foundation

/// A server that speaks S3 for one run of the tests, on free ports of the loopback interface, installed by
/// `scripts/setup tests`. It ends with the process of the tests, however that ends: its shell waits for the end of a
/// pipe.
final class ObjectServer: Sendable {
  static let shared = Result { try ObjectServer() }
  /// Who may do everything.
  static let key = "AKIATESTS"
  static let secret = "se cret/+1"
  /// Who may only read, with the same secret.
  static let readingKey = "AKIAREADER"

  let port: UInt16
  /// Open as long as this process is there.
  private nonisolated(unsafe) let lifeline: UnsafeMutablePointer<FILE>

  private struct Unavailable: Error, CustomStringConvertible {
    let description: String
  }

  /// Arguments: the program, the pipe to say "ready" or what went wrong on, and the ports: of S3, the others.
  private static let script = """
    weed="$1" pipe="$2" s3="$3"
    folder="$(mktemp -d /tmp/thalweg-objects.XXXXXX)"
    cd "$folder"
    cat > access.json <<'ACCESS'
    { "identities": [
      { "name": "all", "credentials": [{ "accessKey": "\(key)", "secretKey": "\(secret)" }],
        "actions": ["Admin", "Read", "Write", "List"] },
      { "name": "reader", "credentials": [{ "accessKey": "\(readingKey)", "secretKey": "\(secret)" }],
        "actions": ["Read", "List"] } ] }
    ACCESS
    "$weed" -logtostderr server -dir . -ip 127.0.0.1 -ip.bind 127.0.0.1 -master.telemetry=false \\
      -master.volumeSizeLimitMB 512 -volume.max 20 -master.port "$4" -master.port.grpc "$5" -volume.port "$6" \\
      -volume.port.grpc "$7" -filer -filer.port "$8" -filer.port.grpc "$9" -s3 -s3.port "$s3" -s3.port.grpc "${10}" \\
      -s3.port.iceberg 0 -s3.port.lance 0 -s3.config access.json -s3.autoCreateBucket=false > log 2>&1 &
    server=$!
    until grep -q 'Start Seaweed S3 API Server' log; do
      if kill -0 $server 2>/dev/null; then sleep 0.05; else break; fi
    done
    if kill -0 $server 2>/dev/null; then echo ready > "$pipe"; else tail -5 log > "$pipe"; fi
    read -r _
    kill $server; wait $server
    cd /; rm -rf "$folder"
    for port in "$3" "$4" "$5" "$6" "$7" "$8" "$9" "${10}"; do rm -f /tmp/seaweedfs-*-"$port".sock; done
    """

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let program = root.appending(path: ".build-tools/bin/weed").path
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw Unavailable(description: "no object store: run `scripts/setup tests`")
    }
    let ports = try (0..<8).map { _ in try freePort() }
    port = ports[0]
    let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    let pipe = "\(folder)/ready"
    mkdir(folder, 0o700)
    mkfifo(pipe, 0o600)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = "\(folder)/objects.sh"
    try Self.script.write(toFile: file, atomically: false, encoding: .utf8)
    let words = ports.map(String.init).joined(separator: " ")
    guard let opened = popen("exec bash '\(file)' '\(program)' '\(pipe)' \(words)", "we") else {
      throw Unavailable(description: "no shell")
    }
    lifeline = opened
    let answer = Cluster.contents(ofPipe: pipe)
    guard answer == "ready\n" else { throw Unavailable(description: answer) }
  }

  var endpoint: String { "http://127.0.0.1:\(port)" }
}
