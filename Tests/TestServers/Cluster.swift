import Foundation
import PostgreSQL

/// A server of PostgreSQL for one run of the tests, on a free port of the loopback interface. It ends with the
/// process of the tests, however that ends: its shell waits for the end of a pipe.
final class Cluster: Sendable {
  static let shared = Result { try Cluster() }
  static let password = "se cret@/1"

  let port: Int
  /// Open as long as this process is there.
  private nonisolated(unsafe) let lifeline: UnsafeMutablePointer<FILE>

  private struct Unavailable: Error, CustomStringConvertible {
    let description: String
  }

  /// Arguments: port, password, the pipe to say "ready" or what went wrong on, whether commits survive a crash, how many
  /// may be connected.
  private static let script = """
    PATH="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1):$PATH"
    folder="$(mktemp -d /tmp/thalweg-postgresql.XXXXXX)"
    trap 'rm -rf "$folder"' EXIT
    printf '%s\\n' "$2" > "$folder/password"
    serve() {
      pg_ctl -D "$folder/data" -l "$folder/log" -w start -o "-p $1 -c listen_addresses=127.0.0.1 \\
        -c unix_socket_directories=$folder -c fsync=off -c full_page_writes=off -c synchronous_commit=$2 -c max_connections=$3 \\
        -c superuser_reserved_connections=0"
    }
    start() {
      initdb -D "$folder/data" -U postgres -A scram-sha-256 --pwfile="$folder/password" -E UTF8 --locale=C \\
        --no-sync --no-instructions && serve "$@"
    }
    if start "$1" "$4" "$5" > "$folder/start" 2>&1; then echo ready > "$3"; else cat "$folder/start" "$folder/log" > "$3"; fi
    # Each line is the wish for a crash; some wish for another one while the server recovers from it.
    while read -r wish; do
      pg_ctl -D "$folder/data" -m immediate stop
      if [ "$wish" = twice ]; then
        serve "$1" "$4" "$5" &
        for _ in 1 2 3 4 5 6 7 8; do pg_ctl -D "$folder/data" -m immediate stop && break; sleep 0.01; done
        wait
      fi
      serve "$1" "$4" "$5"
    done > "$folder/crashes" 2>&1
    pg_ctl -D "$folder/data" -m immediate stop > "$folder/stop" 2>&1
    """

  /// - Parameter keepsCommits: Whether a crash of the server loses nothing that was committed.
  init(keepsCommits: Bool = false, connections: Int = 100) throws {
    port = Int(try freePort())
    let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    let pipe = "\(folder)/ready"
    mkdir(folder, 0o711)
    mkfifo(pipe, 0o666)
    chmod(pipe, 0o666)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = "\(folder)/cluster.sh"
    try Self.script.write(toFile: file, atomically: false, encoding: .utf8)
    chmod(file, 0o644)
    // The server refuses to run as root.
    let user = getuid() == 0 ? "runuser -u postgres -- " : ""
    guard
      let opened = popen(
        "cd / && exec \(user)bash '\(file)' \(port) '\(Self.password)' '\(pipe)' \(keepsCommits ? "on" : "off") \(connections)",
        "we")
    else {
      throw Unavailable(description: "no shell")
    }
    lifeline = opened
    let answer = Self.contents(ofPipe: pipe)
    guard answer == "ready\n" else { throw Unavailable(description: answer) }
  }

  /// Ends the server at once, as if it had crashed, and starts it again.
  /// - Parameter isTwice: Whether it crashes again while it recovers.
  func crash(twice isTwice: Bool = false) {
    fputs(isTwice ? "twice\n" : "once\n", lifeline)
    fflush(lifeline)
  }

  /// The server's address.
  func url(user: String = "postgres", password: String = Cluster.password, database: String = "postgres")
    -> String
  {
    let escaped = password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    return "postgresql://\(user):\(escaped)@127.0.0.1:\(port)/\(database)"
  }

  /// What comes out of a pipe until its other end closes.
  static func contents(ofPipe path: String) -> String {
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &room, room.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += room[..<count]
    }
  }
}

/// A schema of its own for one test, removed at its end.
struct Database {
  let schema: String
  let url: String

  init() throws {
    schema = "t\(UUID().uuidString.prefix(8).lowercased())"
    url =
      try Self.url(password: Cluster.password)
      + "?options=-csearch_path%3D\(schema)&application_name=\(schema)"
    try run("CREATE SCHEMA \(schema)")
  }

  /// The server's address.
  static func url(password: String, user: String = "postgres", database: String = "postgres") throws -> String
  {
    try Cluster.shared.get().url(user: user, password: password, database: database)
  }

  var address: ServerAddress { get throws { try ServerAddress(url) } }

  func connection() throws -> Connection { try Connection(address) }

  /// Runs a script.
  func run(_ sql: String) throws {
    var connection = try connection()
    try connection.run(SQL(verbatim: sql))
  }

  /// The rows of a query, each as the server writes it: `(1,kiel)`.
  func rows(_ query: String) throws -> [String] {
    var connection = try connection()
    let rows = try connection.query(SQL(verbatim: "SELECT q::text FROM (\(query)) q"))
    return try (0..<rows.count).map { try rows.value($0, 0) }
  }
}
