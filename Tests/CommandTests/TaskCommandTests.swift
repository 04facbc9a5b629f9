import Foundation
import Subprocess
import SystemPackage
import Testing

/// Pipelines whose tasks are real processes.
@Suite("Tasks of a run") struct TaskCommandTests {
  private static let sales = "shop,price\nnorth,3\nsouth,4\nnorth,5\n"

  private func sandbox(_ program: String, sales: String = Self.sales) throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write("record Sale { shop: String, price: Int }\n" + program, to: "p.thal")
    try sandbox.write(sales, to: "sales.csv")
    return sandbox
  }

  @Test func aTableGoesInAndAValueComesOut() async throws {
    let sandbox = try sandbox(
      """
      record Found { lines: Int, first: String }
      task look(sales: Table<Sale>, word: String = "x") -> Found {
        command \"""
          n=$(wc -l < {sales})
          printf '\\{"lines": %d, "first": "%s"\\}' "$n" {word} > {out}
        \"""
      }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let found = look(sales.filter(s -> s.shop == "north"), word: "a")
        into out = csv("out.csv") <- sales.filter(s -> s.price > found.lines).map(s -> row { s.shop, found.first })
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.csv") == "shop,first\nnorth,a\nsouth,a\nnorth,a\n")
    let shown = try await sandbox.lastRun()
    #expect(shown.state == "succeeded")
    #expect(shown.jobs?.map(\.state).allSatisfy { $0 == "succeeded" } == true)
    #expect(!sandbox.exists(".thalweg/work/\(shown.id)"))
  }

  @Test func aTableIsAFileOfTheTasksFormat() async throws {
    let sandbox = try sandbox(
      """
      task lines(sales: Table<Sale>) -> String {
        command "base64 -w 0 < {sales} | sed 's/.*/\\"&\\"/'"
      }
      task csv_lines(sales: Table<Sale>) -> String {
        command "base64 -w 0 < {sales} | sed 's/.*/\\"&\\"/'"
        format csv
      }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let a = lines(sales)
        let b = csv_lines(sales)
        into out = jsonl("out.jsonl") <- sales.filter(s -> s.price == 3).map(s -> row { a, b })
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    struct Row: Decodable { let a: Data, b: Data }
    let row = try JSONDecoder().decode(Row.self, from: Data(sandbox.read("out.jsonl").utf8))
    #expect(
      String(decoding: row.a, as: UTF8.self)
        == "{\"shop\":\"north\",\"price\":3}\n{\"shop\":\"south\",\"price\":4}\n{\"shop\":\"north\",\"price\":5}\n"
    )
    #expect(String(decoding: row.b, as: UTF8.self) == Self.sales)
  }
}
