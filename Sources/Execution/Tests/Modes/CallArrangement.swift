/// One way in which the rows of a test may come as calls.
struct CallArrangement: Sendable {
  /// Names it, where it follows from a seed: then the seed shows a difference again.
  let seed: UInt64?
  /// The rows of each call, by their places among the given ones.
  let calls: [[Int32]]
  /// Calls that are under way at once.
  let atOnce: Int
  /// The call before which the tables are read again.
  let rereading: Int?

  private init(seed: UInt64?, calls: [[Int32]], atOnce: Int, rereading: Int?) {
    self.seed = seed
    self.calls = calls
    self.atOnce = atOnce
    self.rereading = rereading
  }

  /// All rows in one call, as they are given.
  static func whole(_ rows: Int) -> CallArrangement {
    CallArrangement(seed: nil, calls: [Array(0..<Int32(rows))], atOnce: 1, rereading: nil)
  }

  /// A call for each row, one after the other.
  static func single(_ rows: Int) -> CallArrangement {
    CallArrangement(seed: nil, calls: (0..<Int32(rows)).map { [$0] }, atOnce: 1, rereading: nil)
  }

  /// The arrangement of a seed: the rows in another order, several calls at once. Each row is in one call where they
  /// are dealt out, else in some.
  init(seed: UInt64, rows: Int, areDealtOut: Bool) {
    var random = SeededGenerator(seed)
    let all = Array(0..<Int32(rows))
    var calls: [[Int32]] = []
    if areDealtOut {
      var rest = all.shuffled(using: &random)[...]
      let most = max(2, rows / 4)
      while !rest.isEmpty {
        let count = Int.random(in: 1...most, using: &random)
        calls.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
    } else {
      for _ in 0..<Int.random(in: 2...5, using: &random) {
        calls.append(Array(all.shuffled(using: &random).prefix(Int.random(in: 1...rows, using: &random))))
      }
    }
    self.init(
      seed: seed, calls: calls, atOnce: Int.random(in: 1...4, using: &random),
      rereading: calls.indices.randomElement(using: &random))
  }

  /// For people: "seed 4: 5 calls of 1 to 9 rows, 3 at once, the tables read again before call 2".
  var text: String {
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let sizes = calls.map(\.count)
    let (least, most) = (sizes.min() ?? 0, sizes.max() ?? 0)
    var text = seed.map { "seed \($0): " } ?? ""
    text += "\(count(calls.count, "call")) of "
    text += least == most ? count(most, "row") : "\(least) to \(count(most, "row"))"
    if atOnce > 1, calls.count > 1 { text += ", \(atOnce) at once" }
    if let rereading { text += ", the tables read again before call \(rereading + 1)" }
    return text
  }
}
