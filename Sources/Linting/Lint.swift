import Diagnosing
import Semantics
import Syntax

/// A checked program, as the rules see it.
public struct LintInput: Sendable {
  let files: [ParsedFile]
  let program: DeclaredProgram
  let pipelines: [CheckedPipeline]
  let diagnostics: [Diagnostic]
  let entries: Set<Int>

  /// `files` by `FileID.index`, with what the front end made of them and found in them. The rules look at
  /// `entries`; what the others use counts.
  public init(
    files: [ParsedFile], program: DeclaredProgram, pipelines: [CheckedPipeline], diagnostics: [Diagnostic],
    entries: Set<Int>
  ) {
    self.files = files
    self.program = program
    self.pipelines = pipelines
    self.diagnostics = diagnostics
    self.entries = entries
  }
}

/// A finding that was asked not to be told.
public struct SuppressedFinding: Sendable {
  /// Where that was asked.
  public enum Kind: String, Sendable {
    /// In a comment above.
    case inSource
    /// In the baseline.
    case external
  }
  /// The finding.
  public let diagnostic: Diagnostic
  /// Where that was asked.
  public let kind: Kind
  /// Why, in the words of who asked.
  public let reason: String

  init(_ diagnostic: Diagnostic, _ kind: Kind, reason: String) {
    self.diagnostic = diagnostic
    self.kind = kind
    self.reason = reason
  }
}

/// What the rules found.
public struct LintReport: Sendable {
  /// To be told, in source order.
  public internal(set) var findings: [Diagnostic]
  /// Not to be told, in source order.
  public internal(set) var suppressed: [SuppressedFinding]
}

/// Looks at programs with the rules. Files with an error are left alone: what a rule finds in one may come
/// from the error, and that is told already.
public func lint(_ input: LintInput, levels: LintLevels = .standard) async -> LintReport {
  let dispatch = Dispatch(levels)
  let silent = Dispatch()
  let bodies = bodies(of: input)
  let broken = Set(input.diagnostics.filter { $0.severity == .error }.map { Int($0.span.file.index) })
  let walked = await concurrently(input.files.count, chunk: 4) { index -> WalkedFile in
    let isLinted = input.entries.contains(index) && !broken.contains(index)
    let context = FileContext(
      input.files[index], input.program.modules[index], bodies[index], isLinted ? dispatch : silent, levels)
    var walker = Walker(context)
    walker.walk()
    if isLinted { TypedWalker(context: context).walk() }
    return WalkedFile(context: context, isLinted: isLinted)
  }
  let uses = projectUses(input, walked)
  let suppressions = Suppressions.Severities(dispatch.rules, levels: levels)
  let reports = await concurrently(walked.count, chunk: 16) { index -> LintReport? in
    guard walked[index].isLinted else { return nil }
    let context = walked[index].context
    for check in dispatch.projects {
      context.rule = check.rule
      check.body(context, uses)
    }
    return Suppressions(in: context.parsed).applied(to: context.findings.map(\.diagnostic), suppressions)
  }
  let made = reports.compactMap(\.self)
  return LintReport(
    findings: made.flatMap(\.findings).inSourceOrder,
    suppressed: made.flatMap(\.suppressed))
}

/// A file after its walk. The context goes from one thread to the next, and is never shared; hence `@unchecked`.
private struct WalkedFile: @unchecked Sendable {
  let context: FileContext
  let isLinted: Bool
}

private func bodies(of input: LintInput) -> [FileBodies] {
  var bodies = [FileBodies](repeating: FileBodies(), count: input.files.count)
  for function in input.program.functions { bodies[function.module].functions.append(function.target) }
  for function in input.program.flowFunctions {
    if let body = function.target.body {
      bodies[function.module].flows.append(CheckedBody(body, isPipeline: false))
    }
  }
  for pipeline in input.pipelines {
    bodies[Int(pipeline.span.file.index)].flows.append(CheckedBody(pipeline.body, isPipeline: true))
  }
  return bodies
}

/// Gives each file's names to the files that declare them.
private func projectUses(_ input: LintInput, _ walked: [WalkedFile]) -> ProjectUses {
  var names = walked.map(\.context.uses.names)
  var imported: Set<Int> = []
  for (index, file) in walked.enumerated() {
    for declaration in input.files[index].program.declarations {
      guard case .importing(let syntax) = declaration.kind,
        let target = input.program.modules[index].imports[syntax.path.text]
      else { continue }
      imported.insert(target)
      switch syntax.names {
      case .selected(let selected): names[target].formUnion(selected.map(\.text))
      case .namespace: names[target].formUnion(file.context.uses.members)
      }
    }
  }
  return ProjectUses(names: names, imported: imported)
}
