// What people write out of habit from other languages.

extension StandardLibrary {
  /// How a function of other languages is written here.
  static func meaning(ofForeign name: String, of type: Type) -> String? {
    foreign[name].flatMap { meaning in
      let function = meaning.prefix { $0 != "(" }
      return StandardLibrary.function(String(function), of: type) == nil ? nil : "x.\(meaning)"
    }
  }

  private static let foreign: [String: String] = [
    "length": "len()", "size": "len()", "count": "len()", "to_upper": "upper()", "toUpperCase": "upper()",
    "uppercased": "upper()", "to_lower": "lower()", "toLowerCase": "lower()", "lowercased": "lower()",
    "strip": "trim()", "substring": "slice(start, end)", "substr": "slice(start, end)",
    "includes": "contains(...)", "has_prefix": "starts_with(...)", "has_suffix": "ends_with(...)",
    "find": "filter(x -> ...).first()", "append": "concat([...])", "push": "concat([...])",
    "reduce": "sum()", "fold": "sum()", "sorted": "sort()", "order_by": "sort(by: x -> ...)",
    "head": "first()", "indexed": "enumerate()", "limit": "take(n)", "select": "map(x -> ...)",
    "parse_int": "to_int()", "toInt": "to_int()", "int": "to_int()", "float": "to_float()",
    "to_double": "to_float()", "keys": "entries().map(e -> e.key)", "values": "entries().map(e -> e.value)",
    "items": "entries()", "total_seconds": "seconds()", "weekday_name": "weekday()",
    "trunc": "truncate(step)",
    "date_trunc": "truncate(step)", "add_months": "plus(months: n)",
  ]
}
