import CPostgreSQL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where a server is, and who asks it: what a URL or a list of libpq's options says. Printed without its password.
public struct ServerAddress: Sendable, CustomStringConvertible {
  /// By libpq's keywords.
  private(set) var options: [String: String]

  /// Reads `postgresql://user@host:5432/database?sslmode=require` or `host=/run/postgresql dbname=shop`. What it
  /// leaves open comes from libpq's environment variables and files.
  public init(_ text: String) throws(PostgreSQLError) {
    guard CPostgreSQLIsThere() != 0 else { throw .missingLibrary }
    // libpq's own words about a text that it can't read quote the text, and with it the password.
    guard let parsed = PQconninfoParse(text, nil) else { throw .unreadableAddress }
    defer { PQconninfoFree(parsed) }
    var options: [String: String] = [:]
    var option = parsed
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { options[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    // A password with an unescaped `@` or `/` would go on in the host's name, and so into messages.
    guard options["host"]?.contains("@") != true, Int(options["port"] ?? "0") != nil else {
      throw .unreadableAddress
    }
    self.options = options
  }

  /// `user@host:port/database`, as far as it is said.
  public var description: String {
    var text = options["user"].map { "\($0)@" } ?? ""
    text += options["host"] ?? options["hostaddr"] ?? "localhost"
    if let port = options["port"], !port.isEmpty { text += ":\(port)" }
    return text + (options["dbname"].map { "/\($0)" } ?? "")
  }

  /// The same, where tables without a schema in their names are found in this one, unless the address says more.
  public func searching(_ schema: String) -> ServerAddress {
    guard options["options"]?.contains("search_path") != true else { return self }
    return setting("search_path", to: schema)
  }

  /// The same, where the server has a setting for what comes from here.
  public func setting(_ name: String, to value: String) -> ServerAddress {
    var address = self
    address.options["options"] = [options["options"], "-c\(name)=\(value)"].compactMap { $0 }
      .joined(separator: " ")
    return address
  }

  /// A connection; who calls it finishes what it gives.
  func connected() throws(PostgreSQLError) -> OpaquePointer {
    let handle = connect()
    guard let handle, PQstatus(handle) == CONNECTION_OK else {
      let error = PostgreSQLError(connecting: handle, to: self)
      PQfinish(handle)
      throw error
    }
    // Notices would go to standard error.
    _ = PQsetNoticeReceiver(handle, { _, _ in }, nil)
    return handle
  }

  private func connect() -> OpaquePointer? {
    var all = ["connect_timeout": "10", "application_name": "thalweg"]
    // Of a server that vanishes while it is listened to nothing else would tell for hours.
    all.merge(["keepalives_idle": "15", "keepalives_interval": "5", "keepalives_count": "3"]) { $1 }
    all.merge(options) { $1 }
    all["client_encoding"] = "UTF8"
    let strings = all.map { (keyword: strdup($0.key), value: strdup($0.value)) }
    defer {
      for (keyword, value) in strings {
        free(keyword)
        free(value)
      }
    }
    let keywords = strings.map { UnsafePointer($0.keyword) } + [nil]
    let values = strings.map { UnsafePointer($0.value) } + [nil]
    return PQconnectdbParams(keywords, values, 0)
  }
}
