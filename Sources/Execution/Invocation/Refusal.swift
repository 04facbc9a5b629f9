import Diagnosing

/// How a command ends.
public enum ExitStatus: Int32, Sendable {
  /// It did what it was asked.
  case done = 0
  /// Errors were found, or a check or run failed.
  case failed = 1
  /// It was asked wrongly.
  case usage = 2
  /// What it needs is not there.
  case environment = 3
  /// It was interrupted.
  case interrupted = 130

  /// The status that follows from errors: the environment's before wrong use before findings.
  public init(_ diagnostics: some Sequence<Diagnostic>) {
    var status = ExitStatus.done
    for diagnostic in diagnostics where diagnostic.severity == .error {
      let own = Self.status(of: diagnostic.code)
      if own.rawValue > status.rawValue { status = own }
    }
    self = status
  }

  private static func status(of code: Code) -> ExitStatus {
    switch code {
    case .unreadableFile, .noPrograms, .unusableStore, .unwritableCheckpoint, .unreadableSource,
      .unwritableSink,
      .unusableAddress, .unusableArtifacts:
      .environment
    case .unknownPipeline, .unnamedPipeline, .noPipeline, .unknownParameter, .missingParameter,
      .wrongParameterValue, .repeatedParameter, .malformedParameter, .unknownRun, .unknownCode, .badFilter,
      .unknownRecord, .unknownProfile, .noProject, .unknownSchedule, .notScheduled:
      .usage
    default: .failed
    }
  }
}

/// Why a command can't go on: findings with the texts they point into.
public struct Refusal: Error, Sendable {
  /// What was found.
  public let diagnostics: [Diagnostic]
  /// The texts that the findings point into.
  public let sources: SourceMap

  /// Makes a refusal.
  public init(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  /// A refusal whose one finding points at the command line, at the argument `text`.
  public init(
    _ code: Code, _ message: String, at text: String, of invocation: Invocation, label: String = "",
    help: String? = nil, fixes: [Fix] = []
  ) {
    var sources = SourceMap()
    let line = invocation.source(in: &sources)
    diagnostics = [
      Diagnostic(code, message, at: line.span(of: text), label: label, help: help, fixes: fixes)
    ]
    self.sources = sources
  }
}
