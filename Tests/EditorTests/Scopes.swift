import Foundation
import Subprocess
import SystemPackage

/// An editor that says how it sees a file.
enum Editor: String, Sendable, CaseIterable {
  case textmate, vim, emacs

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let drivers = root.appending(path: "Tests/EditorTests/Drivers").path
  private static let editors = root.appending(path: "Editors").path

  /// Made by `make test`: a TextMate engine over Oniguruma, as editors have it.
  private static let python = root.appending(path: ".build-tools/bin/python3").path

  /// What the editor calls the places of a file.
  func scopes(of file: String, at places: [ColouredPlace]) async throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "editors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let list = places.map { "\($0.line) \($0.column)\n" }.joined()
    let placesFile = folder.appending(path: "places").path
    let resultFile = folder.appending(path: "result").path
    try Data(list.utf8).write(to: URL(filePath: placesFile))
    let environment: Environment = .inherit.updating([
      "SOURCE": file, "PLACES": placesFile, "RESULT": resultFile, "RUNTIME": "\(Self.editors)/vim",
      "LC_ALL": "C.UTF-8", "HOME": folder.path,
    ])
    let (program, arguments): (String, [String]) =
      switch self {
      case .textmate:
        (
          Self.python,
          ["\(Self.drivers)/textmate.py", "\(Self.editors)/vscode/syntaxes/thalweg.tmLanguage.json", file]
        )
      case .vim: ("vim", ["-es", "-n", "-u", "NONE", "-i", "NONE", "-S", "\(Self.drivers)/vim.vim"])
      case .emacs:
        (
          "emacs",
          [
            "--batch", "-Q", "-l", "\(Self.editors)/emacs/thalweg-mode.el", "-l",
            "\(Self.drivers)/emacs.el",
          ]
        )
      }
    let result = try await Subprocess.run(
      program.hasPrefix("/") ? .path(FilePath(program)) : .name(program), arguments: .init(arguments),
      environment: environment, input: .string(self == .textmate ? list : ""),
      output: .string(limit: 1 << 22), error: .string(limit: 1 << 20))
    guard case .exited(0) = result.terminationStatus else {
      throw Failure(description: "\(rawValue): \(result.terminationStatus) \(result.standardError)")
    }
    let text =
      self == .vim ? try String(contentsOfFile: resultFile, encoding: .utf8) : result.standardOutput
    return text.split(separator: "\n").map(String.init)
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Whether what the editor calls a place has the colour that it should have.
  func sees(_ scope: String, as place: ColouredPlace) -> Bool {
    let words = wanted(place.colour)
    if words.contains(where: { scope.contains($0) }) { return true }
    // A few names are keywords only inside a clause, and there they may look so.
    let clauseWords = ["as", "unlabels", "within", "backoff", "status", "allow", "warn"]
    return place.colour == .name && clauseWords.contains(place.text)
      && wanted(.keyword).contains { scope.contains($0) }
  }

  private func wanted(_ colour: Colour) -> [String] {
    switch (self, colour) {
    case (.textmate, .comment): ["comment."]
    case (.textmate, .string): ["punctuation.definition.string.begin"]
    case (.textmate, .number): ["constant.numeric."]
    case (.textmate, .type): ["entity.name.type", "support.type"]
    case (.textmate, .keyword): ["keyword.control", "keyword.other.task", "storage."]
    case (.textmate, .constant): ["constant.language."]
    case (.textmate, .name):
      ["variable.", "entity.name.function", "entity.name.namespace", "entity.other", "constant.language."]
    case (.textmate, .sign): ["keyword.operator", "punctuation."]
    case (.vim, .comment): ["thalwegComment", "thalwegDocumentation"]
    case (.vim, .string): ["thalwegString", "thalwegRegex"]
    case (.vim, .number): ["thalwegNumber"]
    case (.vim, .type): ["thalwegType", "thalwegBuiltinType"]
    case (.vim, .keyword): ["thalwegKeyword", "thalwegReserved", "thalwegDeclaration"]
    case (.vim, .constant): ["thalwegConstant"]
    case (.vim, .name): ["thalwegVariable", "thalwegCall", "thalwegAnnotation"]
    case (.vim, .sign): ["thalwegOperator", "thalwegPunctuation", "thalwegDelimiter", "thalwegAnnotation"]
    case (.emacs, .comment): ["font-lock-comment"]
    case (.emacs, .string): ["font-lock-string-face"]
    case (.emacs, .number), (.emacs, .constant): ["font-lock-constant-face"]
    case (.emacs, .type): ["font-lock-type-face"]
    case (.emacs, .keyword): ["font-lock-keyword-face"]
    case (.emacs, .name):
      [
        "font-lock-variable-name-face", "font-lock-function-name-face", "font-lock-preprocessor-face",
        "font-lock-constant-face",
      ]
    case (.emacs, .sign): ["none", "default", "font-lock-preprocessor-face"]
    }
  }
}
