import PostgreSQL

/// What a user of the database may do in a namespace.
public struct Membership: Hashable, Sendable {
  /// The roles.
  public enum Role: String, Sendable, CaseIterable {
    /// Sees.
    case viewer
    /// Sees, submits, cancels and retries.
    case `operator`
    /// The same, and gives roles to others.
    case admin
    /// Takes on runs, and submits none.
    case worker
  }

  /// The user's name in the database.
  public let user: String
  /// Where.
  public let namespace: String
  /// What.
  public let role: Role

  /// Makes a membership.
  public init(user: String, namespace: String, role: Role) {
    self.user = user
    self.namespace = namespace
    self.role = role
  }
}

extension PostgreSQLSchema {
  /// Gives a user a role in a namespace.
  /// - Returns: Whether he had it not.
  public func grant(_ membership: Membership) async throws(StoreError) -> Bool {
    try await change(membership.user, membership.namespace, membership.role, isGranted: true)
  }

  /// Takes a role from a user, or all that he has in a namespace.
  /// - Returns: Whether he had any.
  public func revoke(
    _ role: Membership.Role?, from user: String, in namespace: String
  ) async throws(StoreError) -> Bool {
    try await change(user, namespace, role, isGranted: false)
  }

  private func change(
    _ user: String, _ namespace: String, _ role: Membership.Role?, isGranted: Bool
  ) async throws(StoreError) -> Bool {
    try await use { connection in
      try connection.query("SELECT change_member(\(user), \(namespace), \(role?.rawValue), \(isGranted))")
        .value(0, 0)
    }
  }

  /// Who has which role, as far as the user who asks may know.
  public func memberships() async throws(StoreError) -> [Membership] {
    try await use { connection in
      let rows = try connection.query(
        #"SELECT "user", namespace, role FROM member ORDER BY namespace, "user", role"#)
      return try (0..<rows.count).map { row in
        guard let role = Membership.Role(rawValue: try rows.value(row, 2)) else {
          throw StoreError.damaged(path: place, reason: "there is a role that is not known")
        }
        return Membership(user: try rows.value(row, 0), namespace: try rows.value(row, 1), role: role)
      }
    }
  }
}
