/// The standard functions (LANGUAGE.md 6). The raw value is the name in the source; where several types
/// have a function of one name, the case says whose it is. `xs[i]`, `m["k"]`, `j["k"]` are here too.
public enum Builtin: String, Sendable, CaseIterable {
  // Strings (`len` counts Unicode scalars; `slice(start, end)` too).
  case stringLength = "String.len"
  case stringIsEmpty = "String.is_empty"
  case lower, upper, trim, split, replace
  case stringContains = "String.contains"
  case startsWith = "starts_with"
  case endsWith = "ends_with"
  case slice
  /// `s.matches(re)`: the whole string. `s.capture(re)`: `List<String?>?` of the groups, of the first match.
  case matches, capture
  case stringToInt = "String.to_int"
  case stringToFloat = "String.to_float"
  case stringToDecimal = "String.to_decimal"
  /// `s.to_date(format)`, a strftime pattern; ISO 8601 when left out (then the argument is `""`).
  case toDate = "to_date"
  case toTimestamp = "to_timestamp"
  case toUuid = "to_uuid"

  // Numbers: of `Int`, `Float`, `Decimal` as the receiver's type says.
  case abs
  case numberMin = "min"
  case numberMax = "max"
  case clamp, round, floor, ceil, sqrt, ln, exp, pow
  case toFloat = "to_float"
  case toDecimal = "to_decimal"
  case toInt = "to_int"

  // Time. A zone argument is an IANA name; `"UTC"` when left out.
  /// `timestamp.date(zone:)`.
  case timestampDate = "Timestamp.date"
  case year, month, day, hour, minute, weekday
  /// `timestamp.truncate(d)`: floor division since the epoch.
  case truncate
  /// `date.plus(months: n)`, also of a timestamp.
  case plusMonths = "plus"
  /// `duration.seconds()` is a `Float`, `duration.days()` too.
  case seconds, days

  // Lists.
  case listLength = "List.len"
  case listIsEmpty = "List.is_empty"
  case listMap = "List.map"
  case listFilter = "List.filter"
  case listFlatMap = "List.flat_map"
  case any, all
  case listContains = "List.contains"
  case first, last
  case listSum = "List.sum"
  case minBy = "min_by"
  case maxBy = "max_by"
  case listSort = "List.sort"
  case take, concat, enumerate, zip, join
  case listIndex = "List[]"

  // Maps and JSON.
  case mapIndex = "Map[]"
  case entries
  case jsonIndex = "Json[]"
  case asString = "as_string"
  case asInt = "as_int"
  case asFloat = "as_float"
  case asBool = "as_bool"
  case asList = "as_list"
  case asMap = "as_map"
  /// `json.parse<T>(x)` of `String` or `Bytes`; `T` is the expression's type.
  case jsonParse = "json.parse"
  case jsonEncode = "json.encode"

  // Labels: `mask(x)` is `"***"` of any value, `hash(x, key:)` the HMAC-SHA-256 of its text in hexadecimal.
  case mask, hash
  /// `fault_of(failed)`: a `Fault` of a `Failed` row.
  case faultOf = "fault_of"

  // Vectors and bytes.
  case dot, cosine, norm
  case sha256, base64
}
