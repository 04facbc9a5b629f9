import Subprocess
import Testing

@Suite struct SynthCommandTests {
  private static let orders = """
    enum Status { paid, open }
    record Order {
      id: Int @key
      shop: String
      email: String
      total: Decimal @range(1, 50)
      code: String @pattern(re"[A-Z]{2}-[0-9]{3}")
      status: Status
      note: String?
      at: Timestamp
    }
    record Seat { row: Int @key @range(1, 5) }
    record Basket { items: List<String> }
    record Never { n: String @pattern(re"a\\bb") }

    """

  private func synth(_ arguments: String...) async throws -> CommandResult {
    let sandbox = try Sandbox()
    try sandbox.write(Self.orders, to: "orders.thal")
    return try await sandbox.run(["synth", "orders.thal"] + arguments)
  }

  /// Fixed for ever: whoever keeps a seed keeps the rows.
  @Test func theSameSeedGivesTheSameRowsEverywhere() async throws {
    let result = try await synth("Order", "--rows", "4", "--seed", "7")
    #expect(result.status == .exited(0), "\(result.error)")
    #expect(
      result.output == """
        id,shop,email,total,code,status,note,at
        1,Station,ivan.vogel@example.com,29.92,CF-185,open,plain quartz delta grain,2025-01-01T00:00:39Z
        2,Park,ada.walker@example.net,33.61,LE-724,paid,basin snow south north,2025-01-01T00:01:43Z
        3,Riverside,nils.tanaka@example.com,37.57,DO-066,paid,spring coast slate birch,2025-01-01T00:02:55Z
        4,University,emil.garcia@example.org,27.12,WT-638,open,arrow field field fjord lake apple,2025-01-01T00:04:05Z

        """)
    let json = try await synth("Order", "--rows", "1", "--seed", "7", "--format", "jsonl")
    #expect(
      json.output == """
        {"id":1,"shop":"Station","email":"ivan.vogel@example.com","total":29.92,"code":"CF-185","status":"open","note":"plain quartz delta grain","at":"2025-01-01T00:00:39Z"}

        """)
  }

  @Test func moreRowsBeginWithThoseOfFewer() async throws {
    let few = try await synth("Order", "--rows", "10", "--seed", "1")
    let many = try await synth("Order", "--rows", "9000", "--seed", "1")
    #expect(many.output.hasPrefix(few.output))
    #expect(many.output.split(separator: "\n").count == 9001)
    let other = try await synth("Order", "--rows", "10", "--seed", "2")
    #expect(other.output != few.output)
    let none = try await synth("Order", "--rows", "0", "--seed", "2")
    #expect(none.output == "id,shop,email,total,code,status,note,at\n")
  }

  /// What is asked, the exit code, and the error.
  static let refusals: [([String], Int32, String)] = [
    (["Ordr", "--rows", "1", "--seed", "1"], 2, "error[C893]: `orders.thal` has no record `Ordr`"),
    (["Status", "--rows", "1", "--seed", "1"], 2, "error[C893]: `orders.thal` has no record `Status`"),
    (
      ["Seat", "--rows", "6", "--seed", "1"], 1,
      "error[C894]: rows of `Seat` can't be made: 6 rows need as many different keys, and `row` has only 5"
    ),
    (["Never", "--rows", "1", "--seed", "1"], 1, "no text was found that matches the `@pattern` of `n`"),
    (["Basket", "--rows", "1", "--seed", "1"], 1, "CSV holds no nested values"),
    (["Order", "--rows=-1", "--seed", "1"], 2, "`--rows` must be 0 or more"),
    (["Order", "--rows", "1"], 2, "--seed"),
  ]

  @Test(arguments: refusals)
  func whatCanNotBeMadeIsSaid(arguments: [String], status: Int32, text: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.orders, to: "orders.thal")
    let result = try await sandbox.run(["synth", "orders.thal"] + arguments)
    #expect(result.status == .exited(status))
    #expect(result.error.contains(text), "\(result.error)")
    #expect(result.output == "")
  }

  @Test func nestedValuesAreWrittenAsJSON() async throws {
    let result = try await synth("Basket", "--rows", "2", "--seed", "1", "--format", "jsonl")
    #expect(result.status == .exited(0))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"items\":[") })
  }

  @Test func aPipelineRunsOverMadeRows() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      Self.orders + """
        pipeline made(rows: Int) {
          from orders: Table<Order> = synthetic(rows, seed: 7)
          into copy = csv("copy.csv") <- orders
        }
        pipeline seats {
          from seats: Table<Seat> = synthetic(6, seed: 7)
          into copy = csv("seats.csv") <- seats
        }

        """, to: "orders.thal")
    let ran = try await sandbox.run("run", "orders.thal", "made", "-p", "rows=20000")
    #expect(ran.status == .exited(0), "\(ran.error)")
    let printed = try await sandbox.run("synth", "orders.thal", "Order", "--rows", "9000", "--seed", "7")
    #expect(try sandbox.read("copy.csv").hasPrefix(printed.output))
    #expect(try sandbox.read("copy.csv").split(separator: "\n").count == 20_001)
    let failed = try await sandbox.run("run", "orders.thal", "seats")
    #expect(failed.status == .exited(1))
    #expect(failed.error.contains("error[C894]: the rows of `seats` can't be made"), "\(failed.error)")
    #expect(!sandbox.exists("seats.csv"))
  }
}
