import Diagnosing
import Syntax

extension FlowChecker {
  /// Every name of the path is a field with `@path`, every such field has a name there, and without a body
  /// every field that must be there comes from somewhere else.
  func check(_ route: Route, _ method: HTTPMethod, against element: Type, at connector: Identifier) {
    guard case .record(let record) = element else {
      for name in route.names { report(.routeWithoutField(name, element)) }
      return
    }
    for name in route.names {
      guard let field = record.fields.first(where: { $0.name == name.text }) else {
        report(.routeWithoutField(name, element))
        continue
      }
      if field.requestPart != .path { report(.fieldNotOfPath(name, field, element)) }
    }
    for field in record.fields {
      let isInRoute = route.names.contains { $0.text == field.name }
      if field.requestPart == .path, !isInRoute {
        report(.fieldWithoutRoute(field, route, at: connector.span))
      } else if method == .get, field.requestPart == nil, !isInRoute, field.defaultValue == nil,
        !field.type.isOptional
      {
        report(.fieldOfNoBody(field, at: connector.span))
      }
    }
  }
}
