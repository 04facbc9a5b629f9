import Dataflow
import Semantics

/// The bytes that a plan's hash is taken over: what the plan does, and nothing else. Spans, layout, comments,
/// documentation and the numbers of locals are not in them; strings come with their length, so that no two
/// plans share their bytes.
struct CanonicalBytes {
  private(set) var bytes: [UInt8] = []
  /// Whether records and their fields go by name, so that a record may get other fields and these another place.
  let goesByName: Bool
  /// Locals, types and functions are numbered as they are first met.
  private var locals: [Int: Int] = [:]
  private var nominals: [ObjectIdentifier: Int] = [:]
  private var functions: [ObjectIdentifier: Int] = [:]

  init(goesByName: Bool = false) { self.goesByName = goesByName }

  /// The bytes of a plan: its graph, and how it is cut into jobs.
  static func plan(_ graph: Graph, jobs: [[Int]], shards: Int) -> [UInt8] {
    var canonical = CanonicalBytes()
    canonical.add("thalweg \(graph.mode.rawValue) plan 1")
    canonical.add(graph.name)
    canonical.add(shards)
    canonical.add(graph.parameters) { canonical, parameter in
      canonical.add(parameter.local)
      canonical.add(parameter.local.name)
      canonical.add(parameter.defaultValue)
    }
    canonical.add(graph.regions) { $0.add($1) }
    canonical.add(graph.nodes) { $0.add($1) }
    canonical.add(jobs) { $0.add($1) { $0.add($1) } }
    return canonical.bytes
  }

  mutating func add(_ number: Int) { add(Int64(number)) }

  mutating func add(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  mutating func add(_ text: String) {
    add(text.utf8.count)
    bytes += text.utf8
  }

  mutating func add(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  mutating func add<Element>(_ elements: [Element], _ each: (inout CanonicalBytes, Element) -> Void) {
    add(elements.count)
    for element in elements { each(&self, element) }
  }

  mutating func add<Wrapped>(_ value: Wrapped?, _ each: (inout CanonicalBytes, Wrapped) -> Void) {
    add(value != nil)
    if let value { each(&self, value) }
  }

  mutating func add(_ local: Local) {
    if let known = locals[local.id] {
      add(known)
    } else {
      locals[local.id] = locals.count
      add(locals.count - 1)
      add(local.type)
    }
  }

  mutating func add(_ type: Type) {
    switch type {
    case .bool: add("bool")
    case .int: add("int")
    case .float: add("float")
    case .decimal: add("decimal")
    case .string: add("string")
    case .bytes: add("bytes")
    case .date: add("date")
    case .timestamp: add("timestamp")
    case .duration: add("duration")
    case .uuid: add("uuid")
    case .json: add("json")
    case .regex: add("regex")
    case .file: add("file")
    case .directory: add("directory")
    case .nothing: add("nothing")
    case .error: add("error")
    case .list(let element):
      add("list")
      add(element)
    case .map(let value):
      add("map")
      add(value)
    case .vector(let count):
      add("vector")
      add(count)
    case .optional(let wrapped):
      add("optional")
      add(wrapped)
    case .secret(let inner):
      add("secret")
      add(inner)
    case .row(let row):
      add("row")
      add(row.names) { $0.add($1) }
      add(row.types) { $0.add($1) }
    case .record(let record): add(record)
    case .enumeration(let enumeration):
      guard isNew("enum", enumeration) else { return }
      add(enumeration.name)
      add(enumeration.cases) { $0.add($1) }
    case .distinct(let distinct):
      guard isNew("distinct", distinct) else { return }
      add(distinct.name)
      add(distinct.raw)
    }
  }

  private mutating func add(_ record: RecordType) {
    if goesByName {
      add("record")
      return add(record.name)
    }
    guard isNew("record", record) else { return }
    add(record.name)
    add(record.fields) { canonical, field in
      canonical.add(field.name)
      canonical.add(field.type)
      canonical.add(field.column)
      canonical.add(field.isKey)
      canonical.add(field.format) { $0.add($1) }
      canonical.add(field.defaultValue)
      canonical.add(field.constraints) { canonical, constraint in
        switch constraint {
        case .range(let low, let high):
          canonical.add("range")
          canonical.add(low)
          canonical.add(high)
        case .pattern(let source):
          canonical.add("pattern")
          canonical.add(source)
        case .oneOf(let values):
          canonical.add("one_of")
          canonical.add(values) { $0.add($1) }
        }
      }
    }
  }

  /// Writes the number of a nominal type; whether its declaration is to follow.
  private mutating func isNew(_ kind: String, _ type: AnyObject) -> Bool {
    add(kind)
    if let known = nominals[ObjectIdentifier(type)] {
      add(known)
      return false
    }
    nominals[ObjectIdentifier(type)] = nominals.count
    add(nominals.count - 1)
    return true
  }

  /// Writes the number of a task and, the first time, its declaration: what runs and whether its answers count
  /// again. Resources, placement, retries and times are not in it.
  mutating func add(_ task: TypedTask) {
    guard isNew("task", task) else { return }
    add(task.name)
    let outer = locals
    locals = [:]
    add(task.parameters) { canonical, parameter in
      canonical.add(parameter.local)
      canonical.add(parameter.bound != nil)
      canonical.add(parameter.defaultValue)
    }
    add(task.result)
    switch task.work {
    case .command(let parts):
      add("command")
      add(parts) { canonical, part in
        switch part {
        case .text(let text):
          canonical.add("text")
          canonical.add(text)
        case .parameter(let index):
          canonical.add("parameter")
          canonical.add(index)
        case .output: canonical.add("out")
        case .outputField(let name):
          canonical.add("out field")
          canonical.add(name)
        }
      }
    case .python(let file, let function):
      add("python")
      add(file)
      add(function)
    case .http(let url):
      add("http")
      add(url)
    case nil: add("no work")
    }
    switch task.effect {
    case .pure: add("pure")
    case .idempotent(let key):
      add("idempotent")
      add(key) { $0.add($1) }
    case .external: add("external")
    }
    add(task.options.container) { $0.add($1) }
    add(task.options.environment) { canonical, entry in
      canonical.add(entry.name)
      canonical.add(entry.value)
    }
    add(task.options.format.rawValue)
    locals = outer
  }

  /// Writes the number of a function and, the first time, its declaration.
  mutating func add(_ function: TypedFunction) {
    if let known = functions[ObjectIdentifier(function)] { return add(known) }
    functions[ObjectIdentifier(function)] = functions.count
    add(functions.count - 1)
    // A function's locals are its own: their ids may be those of the pipeline.
    let outer = locals
    locals = [:]
    add(function.parameters) { $0.add($1) }
    add(function.result)
    add(function.isFallible)
    add(function.body)
    locals = outer
  }
}
