import Columns
import Dataflow
import Semantics

/// The accumulator of a call.
func makeAccumulator(
  _ call: AggregateCall, constant: Column?, element: Type
) -> Accumulator {
  let isOptional = call.local.type.isOptionalType
  let type = call.argument.map(\.body.type) ?? .nothing
  let values = type.plain
  switch call.function {
  case .count: return CountAccumulator()
  case .any: return QuantifierAccumulator(settling: true, isOptional: isOptional)
  case .all: return QuantifierAccumulator(settling: false, isOptional: isOptional)
  case .stddev: return Deviations(.deviation, isOptional: true)
  case .sum, .mean:
    let result: SumResult = call.function == .sum ? .sum : .mean
    switch values {
    case .float: return FloatSums(result, isOptional: isOptional)
    case .decimal: return DecimalSums(result, isOptional: isOptional)
    default: return IntegerSums(result, isOptional: isOptional)
    }
  case .min, .max: return makeExtremes(call, values, isOptional)
  case .minBy, .maxBy:
    let rule = ChoiceAccumulator.Rule(
      key: ColumnType(type), isMaximum: call.function == .maxBy, ties: ElementOrder(element))
    return ChosenElements(rule, shape: ElementShape(element), takesValues: false)
  case .countDistinct: return DistinctCounts(KeyLayout.part(values), isOptional: isOptional)
  case .collect:
    return GroupedValues(.list, values: ElementShape(type.unwrapped), isOptional: isOptional)
  case .quantile:
    var fraction = 0.5
    if case .float64(let values)? = constant?.storage { fraction = values[0] }
    if case .int128(let values)? = constant?.storage { fraction = Double(values[0]) / 1e18 }
    if case .int64(let values)? = constant?.storage { fraction = Double(values[0]) }
    switch values {
    case .int, .timestamp, .duration: return WordQuantiles(.int64, fraction, isOptional: isOptional)
    case .date, .enumeration: return WordQuantiles(.int32, fraction, isOptional: isOptional)
    case .float: return WordQuantiles(.float64, fraction, isOptional: isOptional)
    default:
      return GroupedValues(
        .quantile(fraction), values: ElementShape(type.unwrapped), isOptional: isOptional)
    }
  case .first, .last:
    return ValuesInTime(takesLast: call.function == .last, value: ColumnType(type), element: element)
  case .top:
    var count = 0
    if case .int64(let values)? = constant?.storage { count = max(0, Int(values[0])) }
    let rule = RankedElements.Rule(
      keys: [(ColumnType(type), isDescending: true)], limit: count, keepsTies: false, skipsAbsent: true)
    return RankedElements(rule, elements: ElementShape(element), isOptional: isOptional)
  }
}

private func makeExtremes(
  _ call: AggregateCall, _ values: Type, _ isOptional: Bool
) -> Accumulator {
  let isMaximum = call.function == .max
  switch values {
  case .int, .timestamp, .duration:
    return Int64Extremes(isMaximum: isMaximum, isOptional: isOptional)
  case .date, .enumeration: return Int32Extremes(isMaximum: isMaximum, isOptional: isOptional)
  case .float: return FloatExtremes(isMaximum: isMaximum, isOptional: isOptional)
  case .decimal: return DecimalExtremes(isMaximum: isMaximum, isOptional: isOptional)
  case .uuid: return UuidExtremes(isMaximum: isMaximum, isOptional: isOptional)
  case .string, .bytes, .json: return TextExtremes(isMaximum: isMaximum, isOptional: isOptional)
  default:
    // The value itself is the key and what is chosen.
    let rule = ChoiceAccumulator.Rule(key: ColumnType(values), isMaximum: isMaximum, ties: nil)
    return ChosenElements(rule, shape: ElementShape(values), takesValues: true)
  }
}

extension Type {
  /// Without an optional around it.
  var unwrapped: Type {
    if case .optional(let inner) = self { return inner }
    return self
  }
}
