import Compiler
import Diagnosing
import Linting

/// One `thalweg lint`: programs read, looked at, and mended where that is asked.
public struct LintRun: Sendable {
  /// What is left to tell.
  public let programs: LintedPrograms
  /// The programs that fixes changed, with their new texts, in the order of their paths.
  public let mended: [(path: String, text: [UInt8])]
  /// The text of standard input, with its fixes.
  public let standardInput: [UInt8]?
  /// Number of findings in the baseline that was written.
  public let knownCount: Int?

  /// Does what is asked: reads and looks, writes nothing but the baseline.
  public init(_ request: LintRequest, _ invocation: Invocation) async throws(Refusal) {
    let finder = ProgramFinder(invocation)
    var paths: [String] = []
    var texts: [String: [UInt8]] = [:]
    if let name = request.standardInputName {
      paths = [name]
      texts[name] = try finder.read(ProgramFinder.standardInput)
    } else {
      for path in try finder.programs(at: request.paths) {
        let shown = ProgramFinder.shown(path)
        paths.append(shown)
        // Read here, so that what is wrong with one is told at the argument that names it.
        texts[shown] = try finder.read(path)
      }
    }
    let file = BaselineFile(invocation)
    var baseline: Baseline?
    if let path = request.baseline, !request.writesBaseline { baseline = try file.read(path) }

    var rounds = FixingRounds(try ReadPrograms(paths, texts, finder), baseline)
    await rounds.look()
    if request.fixing != .none { await rounds.fix(unsafe: request.fixing == .all) }
    programs = rounds.programs
    mended = rounds.changed
    standardInput = request.standardInputName.flatMap { rounds.texts[$0] }
    if let path = request.baseline, request.writesBaseline {
      let known = Baseline(of: programs.report.findings, in: programs.sources)
      try finder.replace(path, with: Array("\(known.json.indented)\n".utf8))
      knownCount = programs.report.findings.count
    } else {
      knownCount = nil
    }
  }

  /// Writes the mended programs, each at once.
  public func save(_ invocation: Invocation) throws(Refusal) {
    for (path, text) in mended { try ProgramFinder(invocation).replace(path, with: text) }
  }
}

/// Fixes applied round by round: those that overlap, and those that others made possible, come later.
private struct FixingRounds {
  private let original: ReadPrograms
  private let baseline: Baseline?
  private(set) var texts: [String: [UInt8]]
  private(set) var programs: LintedPrograms!

  /// More rounds than any nesting of fixes needs; what has not settled by then never does.
  private static let mostRounds = 32

  init(_ programs: ReadPrograms, _ baseline: Baseline?) {
    self.baseline = baseline
    texts = programs.texts
    original = programs
  }

  /// The programs that are not what they were.
  var changed: [(path: String, text: [UInt8])] {
    texts.filter { original.texts[$0.key] != $0.value }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  mutating func look() async { programs = await looked(at: texts) }

  private func looked(at texts: [String: [UInt8]]) async -> LintedPrograms {
    var current = original
    current.texts = texts
    return await LintedPrograms.look(at: current).without(baseline)
  }

  mutating func fix(unsafe: Bool) async {
    // What is only imported is not ours to change.
    var frozen = Set(programs.sources.files.map(\.path)).subtracting(texts.keys)
    for _ in 0..<Self.mostRounds {
      let files = programs.sources.files
      let mending = Mending(
        programs.diagnostics, unsafe: unsafe, frozen: Set(files.filter { frozen.contains($0.path) }.map(\.id))
      )
      guard mending.count > 0 else { return }
      var next = texts
      let edited = files.filter { mending.edits[$0.id] != nil }
      for file in edited { next[file.path] = mending.applied(to: file) }
      let looked = await looked(at: next)
      // A fix that breaks a program is no fix: the files that it touched stay as they were.
      let broken = looked.broken.subtracting(programs.broken)
      guard broken.isEmpty else {
        let touched = edited.map(\.path)
        let culprits = touched.filter { broken.contains($0) }
        frozen.formUnion(culprits.isEmpty ? touched : culprits)
        continue
      }
      texts = next
      programs = looked
    }
  }
}
