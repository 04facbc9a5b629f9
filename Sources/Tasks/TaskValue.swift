import Artifacts
import Columns
import Engine
import Formats
import Semantics

/// A value as it is kept and sent to other machines: JSON, in which files and folders are the names of their content.
public enum TaskValue {
  /// The JSON of a value.
  /// - Parameter naming: Names the content at a path: puts it into a store, perhaps.
  public static func json(
    _ value: Column, _ type: Type, naming: (String) async throws(ArtifactError) -> Artifact
  ) async throws(TaskFailure) -> String {
    var names: [String: String] = [:]
    for path in paths(in: value, type) where names[path] == nil {
      do { names[path] = try await naming(path).text } catch { throw TaskFailure(error) }
    }
    return String(decoding: try TaskArgument.json(replacing(names, in: value, type), type), as: UTF8.self)
  }

  /// The value of some JSON, with its files below `folder`.
  public static func value(
    _ json: String, _ type: Type, from store: any ArtifactStore, in folder: String
  ) async throws(TaskFailure) -> Column {
    let value = try parsed(json, type)
    var files: [String: String] = [:]
    for name in paths(in: value, type) where files[name] == nil {
      files[name] = try await path(of: name, from: store, in: folder)
    }
    return replacing(files, in: value, type)
  }

  /// Brings the content of a name from `store` to a path below `folder`.
  public static func path(
    of name: String, from store: any ArtifactStore, in folder: String
  ) async throws(TaskFailure) -> String {
    guard let artifact = Artifact(name) else { throw TaskFailure("has no file: `\(name)` names no content") }
    let path = "\(folder)/\(artifact.hash)"
    try WorkFolder.make(folder)
    do { try await store.get(artifact, to: path) } catch { throw TaskFailure(error) }
    return path
  }

  private static func parsed(_ json: String, _ type: Type) throws(TaskFailure) -> Column {
    do {
      let parser = JSONRowParser(
        schema: try SchemaConversion(constants: ExpressionCompiler()).schema(of: type))
      let bytes = Array(json.utf8)
      if let problem = bytes.withUnsafeBufferPointer({ parser.append($0) }) {
        throw TaskFailure("has a value that can't be read: \(problem)")
      }
      let value = parser.finish()
      return type.isOptional ? value : value.assumingPresent
    } catch let failure as TaskFailure {
      throw failure
    } catch {
      throw TaskFailure("has a value that can't be read: \(error)")
    }
  }

  // MARK: Paths

  /// The texts of files and folders in a value.
  static func paths(in value: Column, _ type: Type) -> [String] {
    var found: [String] = []
    _ = mapping(value, type) { path in
      found.append(path)
      return path
    }
    return found
  }

  private static func replacing(_ names: [String: String], in value: Column, _ type: Type) -> Column {
    names.isEmpty ? value : mapping(value, type) { names[$0] ?? $0 }
  }

  private static func mapping(_ value: Column, _ type: Type, _ body: (String) -> String) -> Column {
    func with(_ storage: Storage) -> Column {
      Column(count: value.count, validity: value.validity, storage: storage)
    }
    func structure(_ types: [Type]) -> Column {
      with(.structure(zip(value.fields, types).map { mapping($0, $1, body) }))
    }
    switch type {
    case .file, .directory:
      let arena = TextArena()
      let texts = withExtendedLifetime(value) {
        (0..<value.count).map { arena.add(value.isPresent($0) ? body(value.texts[$0].string) : "") }
      }
      return with(.text(Buffer(texts), owners: [arena]))
    case .optional(let wrapped): return mapping(value, wrapped, body)
    case .list(let element):
      let (offsets, values) = value.lists
      return with(.list(offsets: offsets, values: mapping(values, element, body)))
    case .map(let element):
      let (offsets, entries) = value.lists
      let values = [entries.fields[0], mapping(entries.fields[1], element, body)]
      return with(
        .list(offsets: offsets, values: Column(count: entries.count, storage: .structure(values))))
    case .record(let record): return structure(record.fields.map(\.type))
    case .row(let row): return structure(row.types)
    default: return value
    }
  }
}

extension TaskFailure {
  /// What keeps the content of files from being put or brought.
  public init(_ error: ArtifactError) {
    self.init(error.message, help: error.help, isCancellation: error.kind == .cancelled)
  }
}
