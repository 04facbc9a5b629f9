import Diagnosing
import Execution
import Formats
import NIOHTTP1
import Semantics

/// The description of services as OpenAPI 3.1 has it.
struct OpenAPIDocument {
  private let interfaces: [ServiceInterface]
  private let access: Access

  init(_ interfaces: [ServiceInterface], access: Access) {
    self.interfaces = interfaces
    self.access = access
  }

  var value: JSONValue {
    var paths: [(key: String, value: JSONValue)] = []
    for interface in interfaces {
      let operation = (key: interface.method.rawValue, value: operation(interface))
      if let index = paths.firstIndex(where: { $0.key == interface.path }),
        case .object(let others) = paths[index].value
      {
        paths[index].value = .object(others + [operation])
      } else {
        paths.append((interface.path, .object([operation])))
      }
    }
    var components: [(key: String, value: JSONValue)] = [
      ("schemas", .object([("Problem", Self.problem)] + records))
    ]
    if access.isRestricted {
      components.append(
        (
          "securitySchemes",
          .members(["token": .members(["type": .string("http"), "scheme": .string("bearer")])])
        ))
    }
    return .members([
      "openapi": .string("3.1.0"),
      "info": .members([
        "title": .string(interfaces.map(\.name).joined(separator: ", ")), "version": .string("1"),
      ]),
      "paths": .object(paths),
      "components": .object(components),
    ])
  }

  // MARK: Operations

  private func operation(_ interface: ServiceInterface) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [("operationId", .string(interface.name))]
    if let text = interface.documentation { members.append(("description", .string(text))) }
    let parameters = interface.partReaders.map { part in
      JSONValue.members([
        "name": .string(part.name), "in": .string(part.part),
        "required": .bool(!part.field.isOptional && part.field.defaultValue == nil),
        "schema": JSONSchema.value(part.field.present, isInput: true),
      ])
    }
    if !parameters.isEmpty { members.append(("parameters", .array(parameters))) }
    if Self.takesBody(interface) { members.append(("requestBody", body(interface))) }
    members.append(("responses", .object(responses(interface))))
    if access.isRestricted { members.append(("security", .array([.members(["token": .array([])])]))) }
    return .object(members)
  }

  private static func takesBody(_ interface: ServiceInterface) -> Bool {
    interface.method != .get && interface.inputs.contains { $0.part == nil }
  }

  private func body(_ interface: ServiceInterface) -> JSONValue {
    .members([
      "required": .bool(true),
      "description": .string(
        "An object is one record, an array many. `\(Answer.lines)` holds a record a line, and is answered so."
      ),
      "content": content(oneOrMany(reference("\(interface.name)_request"))),
    ])
  }

  private func responses(_ interface: ServiceInterface) -> [(key: String, value: JSONValue)] {
    var responses: [(key: String, value: JSONValue)] = []
    for reply in interface.replies {
      let record = reference(name(of: reply, interface))
      let many = JSONValue.members(["type": .string("array"), "items": record])
      let schema = !reply.answersOnce ? many : Self.takesBody(interface) ? oneOrMany(record) : record
      responses.append(
        (
          "\(reply.status)",
          .members([
            "description": .string(HTTPResponseStatus(statusCode: reply.status).reasonPhrase),
            "content": content(schema),
          ])
        ))
    }
    for (status, text) in problems(interface) {
      let key = "\(status)"
      if let index = responses.firstIndex(where: { $0.key == key }) {
        // A reply may have the status of a problem: then the answer is either.
        if case .object(var members) = responses[index].value,
          let place = members.firstIndex(where: { $0.key == "content" }),
          case .object(let types) = members[place].value
        {
          members[place].value = .object(
            types + [(Answer.problem, .members(["schema": reference("Problem")]))])
          responses[index].value = .object(members)
        }
        continue
      }
      var members: [(key: String, value: JSONValue)] = [("description", .string(text))]
      if [429, 503].contains(status) {
        members.append(
          (
            "headers",
            .members(["Retry-After": .members(["schema": .members(["type": .string("integer")])])])
          ))
      }
      members.append(("content", .members([Answer.problem: .members(["schema": reference("Problem")])])))
      responses.append((key, .object(members)))
    }
    return responses.sorted { $0.key < $1.key }
  }

  /// The problems that a call may have, beside its answers.
  private func problems(_ interface: ServiceInterface) -> [(Int, String)] {
    let takesBody = Self.takesBody(interface)
    let isSpecific = interface.inputs.contains { $0.part == .path }
    var problems = [(400, "The request can't be read.")]
    if access.isRestricted { problems.append((401, "A token is wanted.")) }
    if isSpecific || interface.replies.contains(where: \.answersOnce) {
      problems.append((404, "There is no answer for the record."))
    }
    if takesBody {
      problems += [(413, "The body is too large."), (415, "The body is not of a type that is read.")]
    }
    problems.append((422, "A value does not fit; the errors tell which."))
    if interface.isLimited { problems.append((429, "Too many calls are under way.")) }
    return problems + [
      (500, "The call failed."), (503, "The service is starting or stopping."),
      (504, "The call has taken longer than it may."),
    ]
  }

  // MARK: Schemas

  private var records: [(key: String, value: JSONValue)] {
    var records: [(key: String, value: JSONValue)] = []
    for interface in interfaces {
      if Self.takesBody(interface) {
        records.append(
          ("\(interface.name)_request", JSONSchema.record(interface.body, isInput: true)))
      }
      for reply in interface.replies {
        records.append((name(of: reply, interface), JSONSchema.record(reply.schema, isInput: false)))
      }
    }
    return records
  }

  /// Two files may have records of one name: the pipeline's name comes first.
  private func name(of reply: ServiceInterface.Reply, _ interface: ServiceInterface) -> String {
    interface.replies.count == 1 ? "\(interface.name)_reply" : "\(interface.name)_reply_\(reply.status)"
  }

  private func reference(_ name: String) -> JSONValue {
    .members(["$ref": .string("#/components/schemas/\(name)")])
  }

  private func oneOrMany(_ record: JSONValue) -> JSONValue {
    .members(["anyOf": .array([record, .members(["type": .string("array"), "items": record])])])
  }

  private func content(_ schema: JSONValue) -> JSONValue {
    .members([Answer.json: .members(["schema": schema])])
  }

  private static let problem = JSONValue.members([
    "type": .string("object"),
    "properties": .members([
      "type": .members(["type": .string("string")]),
      "title": .members(["type": .string("string")]),
      "status": .members(["type": .string("integer")]),
      "detail": .members(["type": .string("string")]),
      "errors": .members([
        "type": .string("array"),
        "items": .members([
          "type": .string("object"),
          "properties": .members([
            "pointer": .members(["type": .string("string")]),
            "in": .members(["enum": .array(["body", "path", "query", "header"].map { .string($0) })]),
            "detail": .members(["type": .string("string")]),
          ]),
          "required": .array(["pointer", "in", "detail"].map { .string($0) }),
        ]),
      ]),
    ]),
    "required": .array(["type", "title", "status", "detail"].map { .string($0) }),
  ])
}

extension FieldSchema {
  /// The same field where a value is given: a text is never null.
  fileprivate var present: FieldSchema {
    FieldSchema(name, type, constraints: constraints, format: format, children: children)
  }
}
