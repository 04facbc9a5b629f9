import Diagnosing
import Semantics
import Syntax

/// The whole front end: from paths to graphs and diagnostics, under the profiles that are in effect. Pure: files
/// come through `reading`, which gives nil for one that can't be had.
public func check(
  _ entries: [String], projects files: ProjectFiles = .none,
  reading: @escaping @Sendable (String) -> [UInt8]?
) async -> Compilation {
  var loaded = await load(entries, reading: reading)
  let projects = loaded.read(files, reading: reading)
  let program = declare(loaded.inputs)
  let bodies = await checkBodies(of: program, in: loaded.sources)
  let isSound =
    !program.diagnostics.hasErrors && !bodies.hasErrors && !loaded.files.contains { $0.diagnostics.hasErrors }
  let labels = program.checkLabels()
  let hasLeaks = labels?.diagnostics.isEmpty == false
  let sources = loaded.sources
  let checked = await checkPipelines(of: program, in: sources, labels, lowering: isSound && !hasLeaks) {
    path, pipeline in
    files.home(path).map { projects[$0].bindings(of: pipeline) } ?? Bindings()
  }
  let tests = await checkTests(
    of: program, checked.map(\.pipeline), in: sources, lowering: isSound && !hasLeaks)
  return Compilation(
    loaded, program, pipelines: checked.map(\.pipeline), tests: tests.map(\.test), projects: projects,
    findings: projects.flatMap(\.diagnostics) + program.diagnostics + bodies + (labels?.diagnostics ?? [])
      + checked.flatMap(\.diagnostics)
      + tests.flatMap(\.diagnostics))
}

/// Checks the functions over values, then those over flows: neither depends on the other's bodies.
private func checkBodies(of program: DeclaredProgram, in sources: SourceMap) async -> [Diagnostic] {
  let values = program.functions.count
  return await concurrently(values + program.flowFunctions.count) { index in
    index < values
      ? program.checkFunction(index) : program.checkFlowFunction(index - values, sources: sources)
  }
  .flatMap(\.self)
}

/// Checks the pipelines; with `lowering` those that are sound have a graph.
private func checkPipelines(
  of program: DeclaredProgram, in sources: SourceMap, _ labels: LabelledProgram?, lowering: Bool,
  bindings: @escaping @Sendable (_ path: String, _ pipeline: String) -> Bindings
) async -> [(pipeline: CompiledPipeline, diagnostics: [Diagnostic])] {
  await concurrently(program.pipelines.count, chunk: 16) { index in
    let pending = program.pipelines[index]
    let (pipeline, diagnostics) = program.checkPipeline(
      index, sources: sources, labels: labels,
      bindings: bindings(program.modules[pending.module].path, pending.syntax.name.text))
    let file = program.modules[program.pipelines[index].module].program.file
    let isSound = lowering && pipeline.isSound
    return (CompiledPipeline(file: file, declaration: pipeline, isSound: isSound), diagnostics)
  }
}

/// Checks the tests, and lowers the pipelines of those that can run.
private func checkTests(
  of program: DeclaredProgram, _ pipelines: [CompiledPipeline], in sources: SourceMap, lowering: Bool
) async -> [(test: CompiledTest, diagnostics: [Diagnostic])] {
  let declarations = pipelines.map(\.declaration)
  return await concurrently(program.tests.count) { index in
    let (test, diagnostics) = program.checkTest(index, pipelines: declarations, sources: sources)
    let file = program.modules[program.tests[index].module].program.file
    return (CompiledTest(file: file, declaration: test, canRun: lowering && test.isSound), diagnostics)
  }
}
