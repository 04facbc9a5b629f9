import Diagnosing
import YAMLReading

/// A project file as it was read, with all that is wrong in it.
public struct ReadSettings: Sendable {
  /// What it says, as far as that could be understood.
  public let settings: Settings
  /// In source order; without the variables that profiles lack.
  public let diagnostics: [Diagnostic]
}

/// Reads a project's `thalweg.yaml`. Pure: variables come through `environment`; `rules` are the codes and names
/// of the lint rules.
public func readSettings(
  _ file: SourceFile, rules: [String], environment: @escaping (String) -> String?
) -> ReadSettings {
  let document = readYAML(file)
  var reader = SettingsReader(file, rules: rules, environment: environment)
  var settings = Settings(file: file.id)
  if let root = document.root {
    settings = reader.settings(root)
  } else if document.diagnostics.isEmpty {
    reader.report(.emptyProjectFile(at: Span(file.id, 0, 0)))
  }
  return ReadSettings(
    settings: settings, diagnostics: (document.diagnostics + reader.diagnostics).inSourceOrder)
}
