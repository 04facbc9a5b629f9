/// What is in a folder: a text with a line for each entry, in the order of their paths' bytes. The same content has the
/// same text.
///
/// ```
/// thalweg folder 1
/// folder	models
/// file	12	HASH	models/small.bin
/// executable	99	HASH	run.sh
/// link	run.sh	start
/// ```
struct FolderManifest: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    /// Relative to the folder, with `/` between its parts.
    let path: String
    let content: Content
  }

  enum Content: Hashable, Sendable {
    case folder
    case file(ObjectName, isExecutable: Bool)
    /// A symbolic link, to a path relative to the folder that it is in.
    case link(String)
  }

  private static let heading = "thalweg folder 1"

  /// By path.
  let entries: [Entry]

  init(entries: [Entry]) {
    self.entries = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The objects of its files.
  var files: [ObjectName] {
    entries.compactMap { if case .file(let object, _) = $0.content { object } else { nil } }
  }

  /// The bytes of all its files.
  var bytes: Int64 { files.reduce(0) { $0 &+ $1.bytes } }

  // MARK: Text

  /// Its one form as text.
  var text: [UInt8] {
    var text = Self.heading + "\n"
    for entry in entries {
      switch entry.content {
      case .folder: text += "folder"
      case .file(let object, let isExecutable):
        text += "\(isExecutable ? "executable" : "file")\t\(object.bytes)\t\(object.hash)"
      case .link(let target): text += "link\t\(Self.escaped(target))"
      }
      text += "\t\(Self.escaped(entry.path))\n"
    }
    return Array(text.utf8)
  }

  /// Reads a manifest; nil where it is none, or names what is not within the folder. Who has written it may be
  /// anybody who can write to the store.
  init?(_ text: [UInt8]) {
    guard let text = String(validating: text, as: UTF8.self) else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first == Self.heading[...], lines.popLast() == "" else { return nil }
    var entries: [Entry] = []
    var folders: Set<String> = [""]
    for line in lines.dropFirst() {
      guard let entry = Self.entry(line), folders.contains(Self.folder(of: entry.path)),
        entries.last.map({ $0.path.utf8.lexicographicallyPrecedes(entry.path.utf8) }) ?? true
      else { return nil }
      if entry.content == .folder { folders.insert(entry.path) }
      entries.append(entry)
    }
    self.entries = entries
  }

  private static func entry(_ line: Substring) -> Entry? {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard let path = fields.last.flatMap(unescaped), isPath(path) else { return nil }
    switch (fields[0], fields.count) {
    case ("folder", 2): return Entry(path: path, content: .folder)
    case ("link", 3):
      guard let target = unescaped(fields[1]), staysInside(target, at: path) else { return nil }
      return Entry(path: path, content: .link(target))
    case ("file", 4), ("executable", 4):
      guard let bytes = Int64(fields[1]), bytes >= 0, Artifact.isHash(fields[2]) else { return nil }
      let object = ObjectName(hash: String(fields[2]), bytes: bytes)
      return Entry(path: path, content: .file(object, isExecutable: fields[0] == "executable"))
    default: return nil
    }
  }

  // MARK: Paths

  private static func isPath(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0)
    }
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// Whether a link leads to something in the folder, wherever that is.
  ///
  /// `..` may only be at the beginning, where it leaves folders that are no links themselves: behind the name of
  /// another link it could lead anywhere.
  static func staysInside(_ target: String, at path: String) -> Bool {
    guard !target.isEmpty, !target.hasPrefix("/"), !target.utf8.contains(0) else { return false }
    let parts = target.split(separator: "/").filter { $0 != "." }
    let up = parts.prefix { $0 == ".." }.count
    let depth = path.utf8.count { $0 == UInt8(ascii: "/") }
    return up <= depth && !parts.dropFirst(up).contains("..")
  }

  /// Control characters and `%` as `%` and two digits.
  private static func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "%") {
        bytes += "%\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func unescaped(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard let code = UInt8(String(Substring(rest.prefix(2))), radix: 16), rest.count >= 2 else {
          return nil
        }
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
