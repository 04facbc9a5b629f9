/// The names that a file uses and does not bind in a body: of its declarations, or of what it imports.
struct FileUses {
  /// Bare names, types' too.
  var names: Set<String> = []
  /// What stands behind `module.`.
  var members: Set<String> = []
}

/// What all files together use.
struct ProjectUses: Sendable {
  /// For each file, by `FileID.index`, the names of its declarations that files name: it itself, or those that
  /// import it.
  let names: [Set<String>]
  /// The files that others import.
  let imported: Set<Int>
}
