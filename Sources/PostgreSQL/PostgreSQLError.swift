import CPostgreSQL

/// What a server, or the way to it, has refused.
public struct PostgreSQLError: Error, Hashable, Sendable {
  /// Where it went wrong.
  public enum Kind: Hashable, Sendable {
    /// There is no libpq.
    case library
    /// The address can't be read.
    case address
    /// No server answers there.
    case unreachable
    /// The server lets nobody in by that name and password, or has no such database.
    case refusedConnection
    /// The connection broke while it was used.
    case lostConnection
    /// The server has refused a statement.
    case statement
    /// A value is not of the type that was asked for.
    case value
  }

  /// Where it went wrong.
  public let kind: Kind
  /// What is wrong, in one line.
  public let message: String
  /// The server's five characters for it, where it gave any.
  public let sqlState: String?
  /// More about it, by the server. It may quote values.
  public let detail: String?
  /// What to mend.
  public let help: String?
  /// The constraint that does not hold, where one is to blame.
  public let constraint: String?

  init(
    _ kind: Kind, _ message: String, sqlState: String? = nil, detail: String? = nil, help: String? = nil,
    constraint: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.sqlState = sqlState
    self.detail = detail
    self.help = help
    self.constraint = constraint
  }

  /// What a caller can't use, though the server can.
  public init(unusable message: String, help: String) { self.init(.value, message, help: help) }

  /// Whether it may be otherwise soon: the server is away, starts, or has no connection left.
  public var isPassing: Bool {
    switch kind {
    case .unreachable, .lostConnection: true
    case .refusedConnection: ["57P03", "53300"].contains(sqlState)
    case .library, .address, .statement, .value: false
    }
  }

  /// Whether the statement was ended by `Canceller.cancel`.
  public var isCancellation: Bool { sqlState == "57014" }
}

extension PostgreSQLError {
  static let missingLibrary = PostgreSQLError(
    .library, "the library of PostgreSQL's clients, libpq, is not installed",
    help: "install it: `apt install libpq5`")

  static let unreadableAddress = PostgreSQLError(
    .address, "the address is neither a URL of PostgreSQL nor a list of its options",
    help: "write `postgresql://user@host:5432/database`, a password with `%40` for `@` and `%2F` for `/`")

  /// Why there is no connection.
  init(connecting connection: OpaquePointer?, to address: ServerAddress) {
    guard let connection else {
      self.init(.unreachable, "there is no memory for a connection")
      return
    }
    let message = Self.line(PQerrorMessage(connection))
    if PQconnectionNeedsPassword(connection) != 0 {
      self.init(
        .refusedConnection, "the server at \(address) wants a password, and the address has none",
        help: "put it into the address, which a secret of the profile holds, or into `PGPASSWORD`")
    } else if message.contains("password authentication failed") {
      self.init(
        .refusedConnection, "the server at \(address) refuses the user or the password", sqlState: "28P01",
        help: "mend the address, or set the password with `ALTER ROLE`")
    } else if message.contains("FATAL:") {
      // libpq keeps no code of a refused connection.
      let states = [
        "the database system is": "57P03", "too many clients": "53300", "remaining connection": "53300",
      ]
      self.init(
        .refusedConnection, "the server refuses \(address): \(message)",
        sqlState: states.first { message.contains($0.key) }?.value)
    } else {
      self.init(
        .unreachable, "no server answers at \(address): \(message)",
        help: "start it, or mend the host and port of the address")
    }
  }

  /// The connection is gone.
  init(lost connection: OpaquePointer) {
    self.init(
      .lostConnection, "the connection broke: \(Self.line(PQerrorMessage(connection)))",
      help: "see whether the server has been stopped, or has ended the connection")
  }

  /// What a statement has met.
  init(result: OpaquePointer?, on connection: OpaquePointer) {
    guard PQstatus(connection) == CONNECTION_OK else {
      self.init(lost: connection)
      return
    }
    let state = Self.field("C", result)
    self.init(
      .statement, Self.field("M", result) ?? Self.line(PQerrorMessage(connection)), sqlState: state,
      detail: Self.field("D", result),
      help: Self.field("H", result) ?? state.flatMap { Self.help[$0] }, constraint: Self.field("n", result))
  }

  /// What to mend where the server says nothing about it.
  private static let help = [
    "23502": "give the column a value, or let it be null: `ALTER TABLE ... ALTER COLUMN ... DROP NOT NULL`",
    "23505": "write with `upsert(by:)`, or take out the rows that are there",
    "42501": "have the table's owner `GRANT` it to the user of the address",
    "42703": "compare the names with the table's columns",
    "42P01": "create the table, or mend its name; `schema.table` names one outside of the search path",
    "53300": "close other connections, or raise `max_connections` of the server",
    "57P01": "start the server again",
  ]

  /// A field of an error report, by libpq's letter.
  private static func field(_ letter: Unicode.Scalar, _ result: OpaquePointer?) -> String? {
    guard let text = PQresultErrorField(result, Int32(letter.value)) else { return nil }
    return line(text)
  }

  private static func line(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "" }
    return String(cString: text).split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }
      .joined(separator: "; ")
  }
}
