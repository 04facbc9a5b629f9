import Diagnosing
import Semantics

extension Rule {
  static let keysNeverEqual = Rule(
    "L906", "keys-never-equal", .correctness,
    "a join whose keys can never be equal",
    """
    The constraints of the two fields, or a `lower()` against an `upper()`, leave no value that both sides could \
    have. The join matches nothing: `join` and `semi_join` give no row, `left_join` and `anti_join` every one.
    """,
    bad: """
      record Flight { id: Int, origin: String @one_of("EWR", "JFK") }
      record Airport { code: String @one_of("ewr", "jfk"), name: String }
      fn known(flights: Table<Flight>, airports: Table<Airport>) -> Table<Flight> {
        flights.semi_join(airports, on: (f, a) -> f.origin == a.code)
      }
      """,
    good: """
      record Flight { id: Int, origin: String @one_of("EWR", "JFK") }
      record Airport { code: String @one_of("ewr", "jfk"), name: String }
      fn known(flights: Table<Flight>, airports: Table<Airport>) -> Table<Flight> {
        flights.semi_join(airports, on: (f, a) -> f.origin == a.code.upper())
      }
      """,
    checks: [
      .step { place, context in
        guard case .join(let join) = place.operation else { return }
        for (left, right) in join.equalities {
          guard let one = Domain.of(left), let other = Domain.of(right),
            one.domain.isDisjoint(from: other.domain)
          else { continue }
          let places = [one.field, other.field].compactMap(\.self)
          context.report(
            "these keys can never be equal, so `\(join.kind.rawValue)` matches nothing",
            at: left.span.through(right.span), label: "no value fits both sides",
            labels: places.map { Label($0.span, "`\($0.name)` is constrained here") },
            help: "bring both sides to one form, or correct the constraint")
        }
      }
    ])
}
