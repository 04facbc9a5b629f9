import Diagnosing
import JobStore

/// Roles in namespaces as text and as JSON.
public enum MembershipReport {
  /// One line a role.
  public static func text(_ memberships: [Membership]) -> String {
    if memberships.isEmpty { return "no roles\n" }
    let rows = memberships.map { [$0.namespace, $0.user, $0.role.rawValue] }
    return Figures.table(["NAMESPACE", "USER", "ROLE"], rows, right: [])
  }

  /// `version` grows when a member is taken away or changes its meaning.
  public static func json(_ memberships: [Membership]) -> JSONValue {
    .members([
      "version": .int(1),
      "grants": .array(
        memberships.map { membership in
          .members([
            "namespace": .string(membership.namespace), "user": .string(membership.user),
            "role": .string(membership.role.rawValue),
          ])
        }),
    ])
  }
}
