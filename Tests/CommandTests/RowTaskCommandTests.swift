import Foundation
import Subprocess
import Testing

/// Tasks that are called for each row.
@Suite("Tasks for rows") struct RowTaskCommandTests {
  private func sandbox(_ program: String, python: String = "") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write("record Doc { id: Int, text: String }\n" + program, to: "p.thal")
    try sandbox.write(python, to: "tasks.py")
    try sandbox.write((1...8).map { "{\"id\":\($0),\"text\":\"d\($0) x\"}\n" }.joined(), to: "docs.jsonl")
    return sandbox
  }

  private static let pipeline = """
    pipeline p {
      from docs: Table<Doc> = jsonl("docs.jsonl")
      into out = jsonl("out.jsonl") <- docs.map(d -> row { d.id, n: work(d) })
      BODY
    }
    """

  @Test(arguments: [
    "python \"tasks.py:work\"", "command \"grep -o '[0-9]*' {doc} | head -1\"",
    "python \"tasks.py:works\"\n  batch 3", "python \"tasks.py:work\"\n  replicas 1..3",
  ])
  func eachRowHasItsAnswer(_ work: String) async throws {
    let sandbox = try sandbox(
      "task work(doc: Doc) -> Int {\n  \(work)\n}\n\(Self.pipeline.replacing("BODY", with: ""))",
      python: """
        def work(doc):
            print("to the log")
            return doc["id"]

        def works(doc):
            return [work(one) for one in doc]
        """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.jsonl") == (1...8).map { "{\"id\":\($0),\"n\":\($0)}\n" }.joined())
    let id = try await sandbox.lastRun().id
    #expect(!sandbox.exists(".thalweg/work/\(id)"))
  }

  @Test func aProcessStaysForManyRows() async throws {
    let sandbox = try sandbox(
      "task work(doc: Doc) -> Int {\n  python \"tasks.py:work\"\n  replicas 1..1\n}\n"
        + Self.pipeline.replacing("BODY", with: ""),
      python: "calls = 0\ndef work(doc):\n    global calls\n    calls += 1\n    return calls\n")
    #expect(try await sandbox.run("run", "p.thal").status == .exited(0))
    #expect(try sandbox.read("out.jsonl") == (1...8).map { "{\"id\":\($0),\"n\":\($0)}\n" }.joined())
  }

  private static let failing = """
    import os
    def work(doc):
        if doc["id"] == 2: raise ValueError("no two")
        if doc["id"] == 3: os._exit(9)
        if doc["id"] == 5: return "five"
        return doc["id"]
    """

  private static let failingTask = """
    task work(doc: Doc) -> Int {
      python "tasks.py:work"
      replicas 1..2
    }

    """

  @Test func whatFailsIsAFailureOfItsRow() async throws {
    let sandbox = try sandbox(
      Self.failingTask + """
        pipeline p {
          from docs: Table<Doc> = jsonl("docs.jsonl")
          let good, bad = docs.try_map(d -> row { d.id, n: work(d) })
          into ids = csv("ids.csv") <- good
          into out = csv("out.csv") <- bad.map(f -> row { f.input.id, f.error })
          into covered = csv("covered.csv") <- docs.filter(d -> d.id < 3).map(d -> row { d.id, n: work(d) else 0 })
        }
        """, python: Self.failing)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("ids.csv") == "id,n\n1,1\n4,4\n6,6\n7,7\n8,8\n")
    #expect(try sandbox.read("covered.csv") == "id,n\n1,1\n2,0\n")
    let failed = try sandbox.read("out.csv").split(separator: "\n").dropFirst()
    let said = [
      "2,`work` failed: ValueError: no two (tasks.py:3)", "3,`work` ended with exit code 9",
      "5,\"`work` gave something else than the `Int` that it declares",
    ]
    #expect(failed.count == said.count)
    for (line, start) in zip(failed, said) {
      #expect(line.hasPrefix(start) || line.hasPrefix(start.replacing("\"", with: "")), "\(line)")
    }
  }

  @Test func aCallThatTakesTooLongIsEnded() async throws {
    let sandbox = try sandbox(
      """
      task work(doc: Doc) -> Int {
        python "tasks.py:work"
        timeout 1s
      }
      pipeline p {
        from docs: Table<Doc> = jsonl("docs.jsonl")
        into out = csv("out.csv") <- docs.filter(d -> d.id < 3).map(d -> row { n: work(d) else 0 - d.id })
      }
      """, python: "import time\ndef work(doc):\n    time.sleep(1000)\n")
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.csv") == "n\n-1\n-2\n")
  }

  @Test func whatIsNotCoveredIsAFault() async throws {
    let program = "task work(doc: Doc) -> Int {\n  python \"tasks.py:work\"\n}\n" + Self.pipeline
    let python = "def work(doc):\n    assert doc['id'] != 7, 'no seven'\n    return doc['id']\n"
    let strict = try sandbox(program.replacing("BODY", with: ""), python: python)
    let run = try await strict.run("run", "p.thal")
    #expect(run.status == .exited(1))
    #expect(
      run.error.contains("`work` failed: AssertionError: no seven (tasks.py:2)")
        && run.error.contains("docs.jsonl:7"), "\(run.error)")
    #expect(!strict.exists("out.jsonl"))
    let lenient = try sandbox(
      program.replacing("BODY", with: "into dead = jsonl(\"dead.jsonl\") <- faults"), python: python)
    #expect(try await lenient.run("run", "p.thal").status == .exited(0))
    #expect(try lenient.read("out.jsonl").split(separator: "\n").count == 7)
    #expect(try lenient.read("dead.jsonl").contains("\"position\":\"docs.jsonl:7\""))
  }

  @Test func aCallIsTriedAgain() async throws {
    let sandbox = try sandbox(
      """
      task work(doc: Doc) -> Int {
        python "tasks.py:work"
        effect pure
        retry 2 backoff 1ms..2ms
      }

      """ + Self.pipeline.replacing("BODY", with: ""),
      python: """
        import os, pathlib
        def work(doc):
            tries = pathlib.Path(f"tries-{doc['id']}")
            tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
            if len(tries.read_text()) < doc["id"] % 3 + 1: os._exit(1)
            return doc["id"]
        """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("tries-5") == "xxx")
    #expect(try sandbox.read("tries-6") == "x")
  }

  @Test func rowsThatHaveFailedOrTakeAnotherBranchAreNotGiven() async throws {
    let sandbox = try sandbox(
      """
      task work(n: Int) -> Int { command "echo {n} >> calls; echo {n}" }
      pipeline p {
        from docs: Table<Doc> = jsonl("docs.jsonl")
        let good, bad = docs.try_map(d -> row { n: if d.id < 4 { work(12 / (d.id - 2)) } else { 0 } })
        into failed = jsonl("failed.jsonl") <- bad.map(f -> row { f.input.id })
        into out = csv("out.csv") <- good
      }
      """)
    let run = try await sandbox.run("run", "p.thal")
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try sandbox.read("out.csv") == "n\n-12\n12\n0\n0\n0\n0\n0\n")
    #expect(try sandbox.read("failed.jsonl") == "{\"id\":2}\n")
    #expect(try sandbox.read("calls").split(separator: "\n").sorted() == ["-12", "12"])
  }
}
