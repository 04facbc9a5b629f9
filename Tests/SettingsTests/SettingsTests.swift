import Diagnosing
import Foundation
import Settings
import Testing

struct SettingsTests {
  private func everything() throws -> (Settings, SourceFile) {
    let (found, file) = read(try Cases.bytes("everything_at_once.yaml"))
    return (found.settings, file)
  }

  @Test func `a profile holds what it says`() throws {
    let (settings, file) = try everything()
    #expect(settings.profiles.map(\.name.value) == ["dev", "test", "prod", "local_only"])
    #expect(settings.defaultProfile?.value == "dev")
    #expect(settings.namespace?.value == "sales")
    #expect(settings.profile("prod")?.namespace?.value == "sales-2")
    let dev = try #require(settings.profile("dev"))
    #expect(dev.bindings.map(\.name) == ["orders", "report", "clicks", "rates"])
    #expect(dev.bindings.map(\.pipeline) == [nil, "daily_revenue", nil, nil])
    #expect(
      dev.bindings.map { file.text($0.connector.span) } == [
        "csv(\"samples/orders.csv\")", "stdout(format: table)",
        "        kafka(\n          \"clicks\",\n          group: \"dev\"\n        )",
        "csv(\"${DATA}/rates.csv\")",
      ])
    #expect(dev.bindings[3].connector.substitutions.map(\.value) == ["data"])
    #expect(dev.bindings[3].connector.substitutions.map { file.text($0.span) } == ["${DATA}"])
    #expect(dev.secrets.map(\.name.value) == ["pg", "hf"])
    guard case .environment(let variable) = dev.secrets[0].reference,
      case .file(let path) = dev.secrets[1].reference
    else {
      Issue.record("\(dev.secrets)")
      return
    }
    #expect(variable.value == "PG_URL" && path.value == "secrets/hf.txt")
  }

  @Test func `a profile takes over what it does not say itself`() throws {
    let text = """
      version: 1
      profiles:
        base:
          backend: local
          artifacts: kept
          namespace: shop
          bindings: { a: csv("1"), b: csv("2"), p.a: 'csv("${NOT_SET}")' }
        middle: { extends: base, bindings: { b: csv("3") } }
        top: { extends: middle, bindings: { c: csv("4") } }
      """
    let (found, file) = read(text)
    #expect(found.diagnostics == [])
    let top = try #require(found.settings.profile("top"))
    #expect(top.bindings.map { file.text($0.keySpan) } == ["c", "b", "a", "p.a"])
    #expect(
      top.bindings.map { file.text($0.connector.span) } == [
        "csv(\"4\")", "csv(\"3\")", "csv(\"1\")", "csv(\"${NOT_SET}\")",
      ])
    #expect(top.backend?.value == "local")
    #expect(top.artifacts?.value == "kept")
    #expect(top.namespace?.value == "shop")
    // What it takes over needs its variables, too.
    #expect(found.settings.profiles.map { $0.unset.count } == [1, 1, 1])
  }

  @Test func `backends, pools and lints hold what they say`() throws {
    let (settings, _) = try everything()
    #expect(settings.backends.map(\.kind.value) == [.kubernetes, .scheduler, .ray, .slurm, .flink, .local])
    #expect(settings.backend("cluster")?.options["namespace"]?.value == "data")
    #expect(settings.backend("rays")?.options["address"]?.value == "localhost:10001")
    #expect(settings.backend("shared")?.database != nil)
    #expect(settings.pools.map(\.slots) == [4, 1, 12])
    #expect(settings.pools[0].tags.map(\.value) == ["gpu", "data"])
    #expect(settings.lint.deniesWarnings)
    #expect(settings.lint.levels.mapValues(\.value) == ["L904": .off, "L902": .error, "L901": .note])
  }

  @Test func `quotes are put around a connector that lacks them`() throws {
    let text = "version: 1\nprofiles: \n  d: \n    bindings:\n      a: stdout(format: csv)\n"
    let fix = try #require(read(text).read.diagnostics.first?.fixes.first)
    #expect(fix.isSafe)
    var bytes = Array(text.utf8)
    for edit in fix.edits.reversed() {
      bytes.replaceSubrange(Int(edit.span.start)..<Int(edit.span.end), with: edit.text.utf8)
    }
    #expect(read(bytes).read.diagnostics == [])
  }

  @Test func `a secret's value is not in what is said about it`() {
    let found = read("version: 1\nprofiles: { p: { secrets: { a: hunter2 } } }\n").read.diagnostics
    #expect(found.count == 1)
    #expect(!found.contains { "\($0.message)\($0.label)\($0.help ?? "")".contains("hunter2") })
  }
}
