import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  /// A standard function of LANGUAGE.md 6: receiver first, then the arguments of its signature.
  func builtin(
    _ builtin: Builtin, _ arguments: [TypedExpression], _ lambdas: [TypedLambda],
    _ expression: TypedExpression
  ) -> Step {
    let span = expression.span
    let receiver = arguments[0].type.plain
    // A literal expression or format is compiled once; the rest are values.
    let texts = arguments.map(\.literalText)
    let nodes = arguments.map { argument in compile(argument) }
    switch builtin {
    case .stringLength, .stringIsEmpty, .lower, .upper, .trim, .split, .replace, .stringContains, .startsWith,
      .endsWith, .slice:
      return text(builtin, nodes, span)
    case .matches, .capture: return pattern(builtin, nodes[0], texts[1] ?? "")
    case .stringToInt, .stringToFloat, .stringToDecimal, .toDate, .toTimestamp, .toUuid:
      return reading(builtin, nodes, format: texts.count > 1 ? texts[1] : "", span)
    case .abs, .numberMin, .numberMax, .clamp, .round, .floor, .ceil, .sqrt, .ln, .exp, .pow, .toFloat,
      .toDecimal, .toInt:
      return number(builtin, nodes, receiver, span)
    case .timestampDate, .year, .month, .day, .hour, .minute, .weekday, .truncate, .plusMonths, .seconds,
      .days:
      return time(builtin, nodes, receiver, span)
    case .listLength, .listIsEmpty, .listContains, .first, .last, .listSum, .take, .concat, .enumerate, .zip,
      .join, .listIndex:
      return list(builtin, nodes, receiver, span)
    case .listMap, .listFilter, .listFlatMap, .any, .all, .minBy, .maxBy, .listSort:
      return list(builtin, nodes[0], receiver, lambdas.first)
    case .mapIndex: return mapIndex(nodes[0], nodes[1])
    // A map is kept as the list of its entries.
    case .entries: return nodes[0]
    case .jsonIndex, .asString, .asInt, .asFloat, .asBool, .asList, .asMap: return json(builtin, nodes)
    case .jsonParse: return jsonParse(nodes[0], expression.type, span)
    case .mask: return mask(nodes[0])
    case .faultOf: return fault(nodes[0], receiver, span)
    case .hash: return keyedHash(nodes[0], arguments[0].type, key: nodes[1])
    case .jsonEncode: return jsonEncode(nodes[0], arguments[0].type, span)
    case .dot, .cosine, .norm: return vector(builtin, nodes)
    case .sha256, .base64: return encoding(builtin, nodes[0])
    }
  }
}

extension TypedExpression {
  /// The text of a literal.
  fileprivate var literalText: String? {
    switch kind {
    case .literal(.string(let text)), .literal(.regex(let text)): text
    case .some(let inner), .rewrap(let inner): inner.literalText
    default: nil
    }
  }
}
