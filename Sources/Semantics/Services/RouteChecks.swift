import Diagnosing
import Syntax

extension FlowChecker {
  /// Every name of the path is a field, and every field comes from somewhere.
  func check(_ route: Route, _ method: HTTPMethod, against element: Type, at connector: Identifier) {
    guard let columns = element.columns else { return }
    for name in route.names where !columns.contains(where: { $0.name == name.text }) {
      report(.routeWithoutField(name, element))
    }
  }
}
