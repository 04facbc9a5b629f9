import Foundation
import SystemPackage

/// Why content could not be kept, found or made.
public struct ArtifactError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What may be done about it.
  public enum Kind: Sendable {
    /// What is to be kept can't be, or the place where content is to be made is no good.
    case content
    /// The store has no such content.
    case missing
    /// What the store has is not what its name says.
    case damaged
    /// The store is named wrongly, or lets nobody in: trying again gives the same.
    case place
    /// The store does not answer, now and after several tries.
    case unavailable
    /// The calling task was cancelled.
    case cancelled
  }

  /// What may be done about it.
  public let kind: Kind
  /// What went wrong, in one line.
  public let message: String
  /// How it may be mended.
  public let help: String?

  init(_ kind: Kind, _ message: String, help: String? = nil) {
    self.kind = kind
    self.message = message
    self.help = help
  }

  /// What went wrong, and how it may be mended.
  public var description: String { help.map { "\(message): \($0)" } ?? message }

  static let cancelled = ArtifactError(.cancelled, "was cancelled")

  /// What the system has just said.
  static func system(_ kind: Kind, _ doing: String, _ path: String, _ number: Int32 = errno) -> ArtifactError
  {
    let error = Errno(rawValue: number)
    return ArtifactError(kind, "cannot \(doing) `\(path)`: \(error)", help: help(error))
  }

  private static func help(_ error: Errno) -> String? {
    switch error {
    case .noSpace, .diskQuotaExceeded: "make room on that disk"
    case .permissionDenied, .notPermitted: "see who owns it and what they allow"
    case .noLocks: "its file system has no locks; keep artifacts on one that has"
    default: nil
    }
  }
}
