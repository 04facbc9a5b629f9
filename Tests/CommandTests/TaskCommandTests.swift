import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import TestServers

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

  @Test func aTaskIsTriedAgainAndEachTryIsRecorded() async throws {
    let sandbox = try sandbox(
      """
      task count(sales: Table<Sale>) -> Int {
        command \"""
          echo try >> tries
          if [ $(wc -l < tries) -lt 3 ]; then echo not yet; exit 4; fi
          wc -l < {sales}
        \"""
        effect pure
        retry 3 backoff 1ms..5ms
      }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let n = count(sales)
        into out = csv("out.csv") <- sales.filter(s -> s.price >= n)
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    let shown = try await sandbox.lastRun()
    let job = try #require(shown.jobs?.first { $0.name == "n.count.1" })
    #expect(job.attempts.map(\.state) == ["failed", "failed", "succeeded"])
    for attempt in 1...2 {
      #expect(try sandbox.read(".thalweg/logs/\(shown.id)/2-\(attempt).log") == "")
    }
  }

  @Test func aTaskThatFailsFailsTheRunAndNothingIsPublished() async throws {
    let sandbox = try sandbox(
      """
      task count(sales: Table<Sale>) -> Int { command "echo counting >&2; exit 9" }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let n = count(sales)
        into early = csv("early.csv") <- sales
        into out = csv("out.csv") <- sales.filter(s -> s.price >= n)
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(1))
    #expect(run.error.contains("error[F483]: `count` ended with exit code 9"), "\(run.error)")
    #expect(run.error.contains("counting"))
    #expect(try sandbox.files() == ["p.thal", "sales.csv"])
    let shown = try await sandbox.lastRun()
    #expect(shown.error?.code == "F483")
    #expect(shown.jobs?.first { $0.name == "n.count.1" }?.state == "failed")
    #expect(sandbox.exists(".thalweg/logs/\(shown.id)/2-1.log"))
    #expect(sandbox.exists(".thalweg/work/\(shown.id)/2/sales.jsonl"))
  }

  /// Rows, with what is there afterwards and what the run says.
  @Test(arguments: [
    ("shop,price\nnorth,3\n", ["few.csv", "p.thal", "sales.csv"], "p succeeded"),
    (Self.sales, ["many.csv", "p.thal", "sales.csv"], "p succeeded"),
    ("shop,price\n", ["p.thal", "sales.csv"], "there are 0 sales"),
  ])
  func aBranchIsTakenByAValue(_ sales: String, _ files: [String], _ says: String) async throws {
    let sandbox = try sandbox(
      """
      record Counted { n: Int }
      task count(sales: Table<Sale>) -> Counted { python "count.py:count" }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let counted = count(sales)
        if counted.n > 2 {
          into many = csv("many.csv") <- sales
        } else if counted.n > 0 {
          into few = csv("few.csv") <- sales
        } else {
          fail("there are {counted.n} sales")
        }
        check sales { that(g -> g.count() == counted.n) }
      }
      """, sales: sales)
    try sandbox.write("def count(sales):\n    return {'n': len(list(open(sales)))}\n", to: "lib/count.py")
    try sandbox.write(
      try sandbox.read("p.thal").replacing("count.py:", with: "lib/count.py:"), to: "p.thal")
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.error.contains(says), "\(run.error)")
    #expect(try sandbox.files().filter { !$0.hasPrefix("lib") } == files)
  }

  @Test(arguments: [(1, "10"), (2, "20"), (3, "30")])
  func theValueOfABranchThatIsNotTakenIsNotWaitedFor(_ least: Int, _ found: String) async throws {
    let sandbox = try sandbox(
      """
      pipeline p(least: Int) {
        from sales: Table<Sale> = csv("sales.csv")
        let many = sales.filter(s -> s.price > least + 2).to_list(max: 9)
        let some = if many.len() > 2 { 10 } else { sales.filter(s -> s.price == 4).single().price * 5 }
        let first = if let sale = many.first() {
          if sale.shop == "south" { some } else { 30 }
        } else {
          sales.single().price
        }
        into out = csv("out.csv") <- [row { first: if many.len() == 3 { some } else { first } }]
      }
      """, sales: "shop,price\nsouth,4\nsouth,5\nnorth,6\n")
    let run = try await sandbox.run("run", "p.thal", "-p", "least=\(least)")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.csv") == "first\n\(found)\n")
  }

  @Test func aValueThatNeedsOneRowSaysHowManyThereAre() async throws {
    let sandbox = try sandbox(
      """
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let only = sales.filter(s -> s.shop == "north").single()
        into out = csv("out.csv") <- sales.filter(s -> s.price > only.price)
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(1))
    #expect(run.error.contains("it needs exactly one row, and there are 2"), "\(run.error)")
  }

  @Test(arguments: [Signal.interrupt, .terminate, .kill])
  func theEndOfTheRunEndsItsProcesses(_ signal: Signal) async throws {
    let sandbox = try sandbox(
      """
      task wait(sales: Table<Sale>) -> Int {
        command "sleep 1000 & echo $! > child.tmp; mv child.tmp child; wait"
      }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let n = wait(sales)
        into out = csv("out.csv") <- sales.filter(s -> s.price >= n)
      }
      """)
    let result = try await Subprocess.run(
      .path(FilePath(Sandbox.binary)), arguments: ["run", "p.thal"], environment: Sandbox.environment,
      workingDirectory: FilePath(sandbox.path), input: .none, output: .discarded,
      error: .string(limit: 1 << 20)
    ) { execution in
      while !sandbox.exists("child") { await Task.yield() }
      try execution.send(signal: signal)
    }
    #expect(result.terminationStatus == (signal == .kill ? .signaled(9) : .exited(130)))
    #expect(signal == .kill || result.standardError.contains("p was cancelled after "))
    let child = try sandbox.read("child").trimmingCharacters(in: .whitespacesAndNewlines)
    // It was killed, and may be there until it is scheduled again.
    while let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8),
      !state.contains(") Z ")
    {
      await Task.yield()
    }
    let shown = try await sandbox.lastRun()
    #expect(shown.state == (signal == .kill ? "failed" : "cancelled"))
    #expect(!sandbox.exists("out.csv"))
  }

  @Test func secretsComeThroughTheEnvironment() async throws {
    let sandbox = try sandbox(
      """
      task count(sales: Table<Sale>) -> Int {
        command "echo using $KEY >&2; exit 1"
        env { KEY: secret("key") }
      }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let n = count(sales)
        into out = csv("out.csv") <- sales.filter(s -> s.price >= n)
      }
      """)
    try sandbox.write(
      "version: 1\nprofiles:\n  local:\n    secrets:\n      key: { env: TASK_KEY }\n", to: "thalweg.yaml")
    let missing = try await sandbox.run("run", "p.thal", "--profile", "local")
    #expect(missing.error.contains("the secret `key` has no value"), "\(missing.error)")
    let run = try await sandbox.run(
      ["run", "p.thal", "--profile", "local"],
      environment: Sandbox.environment.updating(["TASK_KEY": "hush-hush"]))
    #expect(run.error.contains("using ***") && !run.error.contains("hush-hush"), "\(run.error)")
  }

  @Test func aForRunsEachPass() async throws {
    let sandbox = try sandbox(
      """
      record Found { shop: String, times: Int, score: Int }
      task count(sales: Table<Sale>, times: Int) -> Int { command "n={times}; echo $(( $(wc -l < {sales}) * n ))" }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let shops = sales.map(s -> row { s.shop }).distinct().map(r -> r.shop).to_list(max: 9)
        let found = for shop in shops, times in [1, 10] {
          let own = sales.filter(s -> s.shop == shop)
          into part = csv("parts/{shop}-{times}.csv") <- own
          let score = count(own, times)
          if score > 10 { into big = csv("big/{shop}-{times}.csv") <- own }
          Found { shop, times, score }
        }
        into out = csv("out.csv") <- found
        if found.map(f -> f.score).sum() == 33 { into done = csv("done.csv") <- sales }
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(
      try sandbox.read("out.csv") == "shop,times,score\nnorth,1,2\nnorth,10,20\nsouth,1,1\nsouth,10,10\n")
    #expect(
      try sandbox.files().filter { $0.hasSuffix(".csv") } == [
        "big/north-10.csv", "done.csv", "out.csv", "parts/north-1.csv", "parts/north-10.csv",
        "parts/south-1.csv",
        "parts/south-10.csv", "sales.csv",
      ])
    let shown = try await sandbox.lastRun()
    #expect(shown.jobs?.allSatisfy { $0.state == "succeeded" } == true)
  }

  @Test func aForInAForHasPassesOfItsOwn() async throws {
    let sandbox = try sandbox(
      """
      task count(sales: Table<Sale>, n: Int) -> Int { command "echo {n} > {out}; test {n} -lt 22" }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        for a in [1, 2] {
          for b in [1, 2] { into part = csv("parts/{a}{b}.csv") <- sales.filter(s -> s.price > a + b) }
          let counts = for b in [1, 2] {
            let n = count(sales, a * 10 + b)
            n
          }
          into out = csv("out/{a}.csv") <- counts.map(c -> row { c })
        }
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.error.contains("`count` ended with exit code 1, in the pass [2, 2]"), "\(run.error)")
    try sandbox.write(try sandbox.read("p.thal").replacing("-lt 22", with: "-lt 99"), to: "p.thal")
    #expect(try await sandbox.run("run", "p.thal").status == .exited(0))
    let parts = try sandbox.files().filter { $0.hasPrefix("parts/") }
    #expect(
      try parts.map { "\($0) \(try sandbox.read($0).split(separator: "\n").count)" } == [
        "parts/11.csv 4", "parts/12.csv 3", "parts/21.csv 3", "parts/22.csv 2",
      ])
    #expect(try sandbox.read("out/2.csv") == "c\n21\n22\n")
  }

  @Test func aPassThatFailsIsNamed() async throws {
    let sandbox = try sandbox(
      """
      task count(sales: Table<Sale>, n: Int) -> Int { command "test {n} -lt 2 && echo 1" }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let found = for n in [1, 2] {
          let c = count(sales, n)
          c
        }
        into out = csv("out.csv") <- sales.filter(s -> found.contains(s.price))
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.error.contains("`count` ended with exit code 1, in the pass [2]"), "\(run.error)")
  }

  @Test func aTryForGoesOnWhenAPassFails() async throws {
    let sandbox = try sandbox(
      """
      record Failure { n: Int, times: Int, message: String }
      task count(sales: Table<Sale>, n: Int) -> Int {
        command \"""
          if [ {n} = 2 ]; then echo "no two" >&2; exit 7; fi
          wc -l < {sales}
        \"""
      }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let found, failures = try for n in [1, 2, 3, 4, 5], times in [1, 10] {
          into part = csv("parts/{n}-{times}.csv") <- sales.filter(s -> s.price != n)
          let c = count(sales, n)
          if n == 3 { fail("no three") }
          if n == 4 { check sales { rows(max: 2) } }
          let only = if n == 5 { sales.filter(s -> s.price == times).single().price } else { 0 }
          row { n, times, all: c * times + only }
        }
        into out = csv("out.csv") <- found
        into failed = csv("failed.csv")
          <- failures.map(f -> row { f.input.n, f.input.times, f.error, f.operator })
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.csv") == "n,times,all\n1,1,3\n1,10,30\n")
    #expect(
      try sandbox.read("failed.csv") == """
        n,times,error,operator
        2,1,`count` ended with exit code 7: no two,"c.count.1[2, 1]"
        2,10,`count` ended with exit code 7: no two,"c.count.1[2, 10]"
        3,1,no three,"fail.fail.1[3, 1]"
        3,10,no three,"fail.fail.1[3, 10]"
        4,1,"a check does not hold: rows(max: 2): found 3 rows, wanted at most 2","sales.check.1[4, 1]"
        4,10,"a check does not hold: rows(max: 2): found 3 rows, wanted at most 2","sales.check.1[4, 10]"
        5,1,"it needs exactly one row, and there are none","only.single.1[5, 1]"
        5,10,"it needs exactly one row, and there are none","only.single.1[5, 10]"

        """)
    #expect(try sandbox.files().filter { $0.hasPrefix("parts/") } == ["parts/1-1.csv", "parts/1-10.csv"])
  }

  @Test func aTryForInAForFailsAlone() async throws {
    let sandbox = try sandbox(
      """
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let all = for a in [1, 2] {
          let good, bad = try for b in [1, 2, 3] {
            for c in [1, 2] {
              if a * b * c == 4 { fail("four") }
              into part = csv("{a}{b}{c}.csv") <- sales
            }
            a * 10 + b
          }
          row { good, bad: bad.map(f -> f.input) }
        }
        into out = jsonl("out.jsonl") <- all
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(
      try sandbox.read("out.jsonl")
        == "{\"good\":[11,13],\"bad\":[2]}\n{\"good\":[23],\"bad\":[1,2]}\n")
    #expect(
      try sandbox.files().filter { $0.hasSuffix(".csv") } == [
        "111.csv", "112.csv", "131.csv", "132.csv", "231.csv", "232.csv", "sales.csv",
      ])
  }

  @Test func whatIsNotTakenIsSkipped() async throws {
    let sandbox = try sandbox(
      """
      task look(sales: Table<Sale>) -> Int { command "wc -l < {sales}" }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let n = look(sales)
        if n > 2 { into many = csv("many.csv") <- sales } else { into few = csv("few.csv") <- sales }
        let none_of_them = sales.filter(s -> s.price > 9).map(s -> s.shop).to_list(max: 5)
        for shop in none_of_them {
          let m = look(sales.filter(s -> s.shop == shop))
          into out = csv("{shop}.csv") <- sales.filter(s -> s.price > m)
        }
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    let shown = try await sandbox.lastRun()
    let skipped = shown.jobs?.filter { $0.state == "skipped" }
    #expect(skipped?.map(\.name) == ["few", "m.filter.1[shop]", "m.look.1[shop]", "out.filter.1[shop]"])
    #expect(skipped?.allSatisfy(\.attempts.isEmpty) == true)
    #expect(shown.jobs?.filter { $0.state == "succeeded" }.count == (shown.jobs?.count ?? 0) - 4)
  }

  /// What stands after the flow to which everything is written, with what is there afterwards.
  @Test(arguments: [
    ("check sales { rows(max: 2) }", ["report.csv"]),
    ("let n = look(sales)\n    check sales { that(g -> g.count() < n) }", ["report.csv"]),
    ("let n = look(sales)\n    if n > 2 { fail(\"too many\") }", ["report.csv"]),
    (
      "let n = look(sales)\n    check sales { rows(max: 2) }\n    into more = csv(\"more.csv\", publish: always) <- [row { n }]",
      ["more.csv", "report.csv"]
    ),
    (
      "let n = look(sales)\n    if n > 2 { fail(\"too many\") }\n    into more = csv(\"more.csv\", publish: always) <- [row { m: look(sales.filter(s -> s.price > n)) }]",
      ["more.csv", "report.csv"]
    ),
  ])
  func aReportOfARefusedRunIsPublished(_ statements: String, _ reports: [String]) async throws {
    let sandbox = try sandbox(
      """
      task look(sales: Table<Sale>) -> Int { command "wc -l < {sales}" }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        into report = csv("report.csv", publish: always) <- sales.aggregate(g -> row { n: g.count() })
        into all = csv("all.csv") <- sales
        \(statements)
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(1), "\(run.error)")
    #expect(try sandbox.files() == (["p.thal", "sales.csv"] + reports).sorted(), "\(run.error)")
    #expect(try sandbox.read("report.csv") == "n\n3\n")
    let jobs = try await sandbox.lastRun().jobs ?? []
    #expect(!jobs.contains { $0.state == "skipped" })
  }

  @Test func aReportThatIsNotCompleteIsNotPublished() async throws {
    let sandbox = try sandbox(
      """
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        into report = csv("report.csv", publish: always) <- sales.map(s -> row { n: s.price * 9_000_000_000_000_000_000 })
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(1), "\(run.error)")
    #expect(try sandbox.files() == ["p.thal", "sales.csv"])
  }

  @Test func theSinksOfAForNeedNotBeOpenTogether() async throws {
    let sandbox = try sandbox(
      """
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        for n in 0..<300 { into out = csv("out/{n}.csv") <- sales.filter(s -> s.price > n) }
      }
      """)
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-c", "ulimit -n 160; exec \"$0\" run p.thal", Sandbox.binary],
      environment: Sandbox.environment, workingDirectory: FilePath(sandbox.path), input: .none,
      output: .discarded, error: .string(limit: 1 << 20))
    #expect(result.terminationStatus == .exited(0), "\(result.standardError)")
    #expect(try sandbox.files().count { $0.hasPrefix("out/") } == 300)
    #expect(try sandbox.read("out/4.csv") == "shop,price\nnorth,5\n")
  }

  @Test func anElementThatComesTwiceIsAFault() async throws {
    let sandbox = try sandbox(
      """
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let shops = sales.map(s -> s.shop).to_list(max: 9)
        for shop in shops { into out = csv("{shop}.csv") <- sales.filter(s -> s.shop == shop) }
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(1))
    #expect(run.error.contains("`shop` is \"north\" more than once"), "\(run.error)")
  }

  @Test func aFailureMayBeCovered() async throws {
    let sandbox = try sandbox(
      """
      task judge(sale: Sale) -> Int { command "test $(grep -c south {sale}) = 1 && echo 5" }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let a = judge(Sale { shop: "north", price: 1 }) else 100
        let b = judge(Sale { shop: "south", price: 1 }) else 100
        into out = csv("out.csv") <- sales.filter(s -> s.price == 3).map(s -> row { a, b })
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.csv") == "a,b\n100,5\n")
  }

  @Test func whatHasWindowsWaitsForAValue() async throws {
    let sandbox = try sandbox(
      """
      record Seen { at: Timestamp }
      pipeline p {
        from seen: Table<Seen> = csv("seen.csv")
        let windowed = seen.timed(s -> s.at, delay: 1d).window(tumbling(1d), late: discard)
        let first = windowed.aggregate(g -> row { n: g.count() }).map(r -> r.n).to_list(max: 9)
        let more = first.sum()
        into out = csv("out.csv") <- windowed.aggregate(g -> row { n: g.count() + more })
      }
      """)
    try sandbox.write(
      "at\n2026-01-01T00:00:00Z\n2026-01-01T01:00:00Z\n2026-01-03T00:00:00Z\n", to: "seen.csv")
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.csv") == "n\n5\n4\n")
  }

  private static let contained = """
    task look(sales: Table<Sale>, word: String) -> String {
      command "echo '\\"'{word} $KEY $(wc -l < {sales})'\\"'"
      container "example/tools:1"
      env { KEY: "secret value" }
      resources { cpu: 0.5, memory: 64MiB }
    }
    pipeline p {
      from sales: Table<Sale> = csv("sales.csv")
      let found = look(sales, "two words")
      into out = csv("out.csv") <- [row { found }]
    }
    """

  /// What stands for podman writes down how it is called; then it does what `then` says.
  private func sandbox(podman then: String) async throws -> (
    sandbox: Sandbox, run: CommandResult, calls: [String]
  ) {
    let sandbox = try sandbox(Self.contained)
    try sandbox.write("#!/bin/sh\necho \"$*\" >> calls\n[ $1 = run ] || exit 0\n\(then)\n", to: "bin/podman")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: sandbox.path + "/bin/podman")
    let run = try await sandbox.run(
      ["run", "p.thal"],
      environment: Sandbox.environment.updating(["PATH": "\(sandbox.path)/bin:/usr/bin:/bin"]))
    let calls = try sandbox.read("calls").split(separator: "\n").map(String.init)
    return (sandbox, run, calls)
  }

  @Test func aContainerIsGivenWhatTheWorkNeeds() async throws {
    let (sandbox, run, calls) = try await sandbox(
      podman: "while [ $1 != --entrypoint ]; do shift; done; shift 3; exec /bin/sh \"$@\"")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.csv") == "found\ntwo words secret value 3\n")
    let call = try #require(calls.first)
    let path = URL(fileURLWithPath: sandbox.path).standardizedFileURL.path
    for part in [
      "run --rm --name thalweg-", "--mount type=bind,source=\(path),target=\(path) ",
      "--workdir \(path) ", "--env KEY ", "--env TMPDIR ", "--cpus 0.5 --memory 67108864 ",
      "--entrypoint /bin/sh example/tools:1 -euc ",
    ] { #expect(call.contains(part), "\(part): \(call)") }
    #expect(!calls.joined().contains("secret value"))
    #expect(calls.count { $0.hasPrefix("r") } == 1)
  }

  @Test func aContainerThatFailsIsRemoved() async throws {
    let (_, run, calls) = try await sandbox(podman: "echo no such image >&2; exit 125")
    #expect(run.status == .exited(1))
    #expect(
      run.error.contains("`look` could not be started in the container `example/tools:1`")
        && run.error.contains("no such image"), "\(run.error)")
    let name = try #require(calls.first?.split(separator: " ").first { $0.hasPrefix("thalweg-") })
    #expect(calls.last == "rm --force \(name)")
  }

  @Test func withoutAProgramForContainersNothingIsDone() async throws {
    let sandbox = try sandbox(Self.contained)
    let run = try await sandbox.run(
      ["run", "p.thal"], environment: Sandbox.environment.updating(["PATH": sandbox.path]))
    #expect(run.status == .exited(1))
    #expect(
      run.error.contains(
        "error[C818]: `look` can't run in a container here: there is neither `podman` nor `docker` in `PATH`"),
      "\(run.error)")
    #expect(try await sandbox.lastRun().jobs?.first { $0.name == "sales" }?.attempts.isEmpty == true)
  }

  @Test func anAddressIsAskedForAValue() async throws {
    let server = try HTTPServer { request, number in
      number == 0
        ? .init(status: "503 Service Unavailable", body: "later")
        : .init(body: "{\"times\": \(request.body.utf8.count)}")
    }
    defer { server.stop() }
    let sandbox = try sandbox(
      """
      record Answer { times: Int }
      task ask(sale: Sale) -> Answer {
        http "http://127.0.0.1:\(server.port)/ask"
        effect pure
        retry 1
      }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let answer = ask(sales.filter(s -> s.shop == "south").single())
        into out = csv("out.csv") <- sales.filter(s -> s.price == 3).map(s -> row { answer.times })
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(
      server.requests.map(\.body) == ["{\"shop\":\"south\",\"price\":4}", "{\"shop\":\"south\",\"price\":4}"])
    #expect(try sandbox.read("out.csv") == "times\n26\n")
    let job = try await sandbox.lastRun().jobs?.first { $0.name == "answer.ask.1" }
    #expect(job?.attempts.map(\.state) == ["failed", "succeeded"])
  }

  /// The shop's name is labelled; a task, a pass and a repeated element fail.
  @Test(arguments: ["shop,price\nhush-hush,3\n", "shop,price\nhush-hush,3\nhush-hush,4\n"])
  func whatIsLabelledIsNotTold(_ sales: String) async throws {
    let sandbox = try sandbox(
      """
      record Shop { shop: String @pii }
      task judge(shops: Table<Shop>) -> String @pii {
        python "judge.py:judge"
        allow [pii]
      }
      pipeline p {
        from shops: Table<Shop> = csv("sales.csv")
        let names = shops.map(s -> s.shop).to_list(max: 5)
        let found = for name in names {
          let judged = judge(shops.filter(s -> s.shop == name))
          judged
        }
        into out = csv("out.csv", allow: [pii]) <- shops.map(s -> row { n: found.len() })
      }
      """, sales: sales)
    try sandbox.write(
      "def judge(shops):\n    print(shops.read_text())\n    raise ValueError(shops.read_text())\n",
      to: "judge.py")
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(1))
    #expect(!run.error.contains("hush-hush"), "\(run.error)")
    #expect(run.error.contains("error[F48"), "\(run.error)")
    let shown = try await sandbox.run("runs", "show", "last", "--json")
    #expect(!shown.output.contains("hush-hush"))
  }

  /// A run that was killed in its second task goes on with the files and values of the first.
  @Test(arguments: [(Signal.kill, false), (.interrupt, false), (.kill, true)])
  func whatTasksHaveDoneIsNotDoneAgain(_ signal: Signal, isGivenOtherRows: Bool) async throws {
    let sandbox = try sandbox(
      """
      record Model { weights: File, size: Int }
      task fit(sales: Table<Sale>, rate: Int) -> Model {
        command \"""
          echo fit {rate} >> done.txt
          wc -l < {sales} > {out.weights}
          printf '\\{"size": %d\\}' {rate} > {out}
        \"""
        effect pure
      }
      task judge(model: File, size: Int) -> String {
        command \"""
          echo judge {size} >> done.txt
          while [ ! -e go ]; do sleep 0.02; done
          printf '"%s of %s"' $(cat {model}) {size}
        \"""
        effect pure
      }
      pipeline p {
        from sales: Table<Sale> = csv("sales.csv")
        let verdicts = for rate in [1, 2] {
          let model = fit(sales, rate)
          judge(model.weights, model.size)
        }
        into out = jsonl("out.jsonl") <- sales.filter(s -> s.price == 3).map(s -> row { verdicts })
      }
      """)
    @Sendable func judged() -> Int {
      (try? sandbox.read("done.txt"))?.split(separator: "\n").count { $0.hasPrefix("judge") } ?? 0
    }
    let first = try await Subprocess.run(
      .path(FilePath(Sandbox.binary)), arguments: ["run", "p.thal"], environment: Sandbox.environment,
      workingDirectory: FilePath(sandbox.path), input: .none, output: .discarded, error: .discarded
    ) { execution in
      while judged() < 2 { await Task.yield() }
      try execution.send(signal: signal)
    }
    #expect(first.terminationStatus != .exited(0))
    #expect(!sandbox.exists("out.jsonl"))
    try sandbox.write("", to: "go")
    if isGivenOtherRows { try sandbox.write(Self.sales + "west,9\n", to: "sales.csv") }
    let id = try #require(try await sandbox.runs().first?.id)
    let second = try await sandbox.run("run", "p.thal", "--resume", id)
    #expect(second.status == .exited(0), "\(second.error)")
    let rows = isGivenOtherRows ? 4 : 3
    #expect(try sandbox.read("out.jsonl") == #"{"verdicts":["\#(rows) of 1","\#(rows) of 2"]}"# + "\n")
    let done = try sandbox.read("done.txt").split(separator: "\n").map(String.init).sorted()
    // What is asked of a task with other rows, it has not been asked before.
    let fits = isGivenOtherRows ? ["fit 1", "fit 1", "fit 2", "fit 2"] : ["fit 1", "fit 2"]
    #expect(done == fits + ["judge 1", "judge 1", "judge 2", "judge 2"])
    let shown = try await sandbox.lastRun()
    #expect(shown.state == "succeeded" && shown.id == id)
  }
}
