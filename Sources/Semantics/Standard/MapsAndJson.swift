extension StandardFunction {
  /// Functions of `Map<String, T>`.
  static let maps: [StandardFunction] = [
    StandardFunction(
      special: "[]", .mapIndex, signature: "Map<String, T>[String] -> T?",
      "The value of a key; absent where there is none. `key in map` asks for the key alone.",
      example: #"["a": 1]["a"] ?? 0"#, "1"),
    StandardFunction(
      "entries", .entries, of: [.map],
      gives: .list(
        .row([.init(name: "key", scheme: .type(.string)), .init(name: "value", scheme: .element)])),
      "The keys with their values, in the order of the keys.",
      example: #"["b": 2, "a": 1].entries().map(e -> e.value)"#, "[1, 2]"),
  ]

  /// Functions of `Json`.
  static let jsons: [StandardFunction] = [
    StandardFunction(
      special: "[]", .jsonIndex, signature: "Json[String] -> Json?",
      "The value of a key of an object; absent where there is no such key or it is no object.",
      example: #"(try json.parse<Json>("\{\"a\": 1}"))["a"]?.as_int() ?? 0"#, "1"),
    StandardFunction(
      "as_string", .asString, of: [.json], gives: .optional(.type(.string)),
      "The text; absent where it is anything else.",
      example: #"json.parse<Json>("\"a\"").as_string() else none"#, #""a""#),
    StandardFunction(
      "as_int", .asInt, of: [.json], gives: .optional(.type(.int)),
      "The whole number; absent where it is anything else.",
      example: #"json.parse<Json>("7").as_int() else none"#, "7"),
    StandardFunction(
      "as_float", .asFloat, of: [.json], gives: .optional(.type(.float)),
      "The number; absent where it is anything else.",
      example: #"json.parse<Json>("1.5").as_float() else none"#, "1.5"),
    StandardFunction(
      "as_bool", .asBool, of: [.json], gives: .optional(.type(.bool)),
      "The truth value; absent where it is anything else.",
      example: #"json.parse<Json>("true").as_bool() else none"#, "true"),
    StandardFunction(
      "as_list", .asList, of: [.json], gives: .optional(.list(.type(.json))),
      "The elements; absent where it is no array.",
      example: #"(json.parse<Json>("[1, 2]").as_list() else none)?.len()"#, "2"),
    StandardFunction(
      "as_map", .asMap, of: [.json], gives: .optional(.type(.map(.json))),
      "The keys with their values; absent where it is no object.",
      example: #"(json.parse<Json>("\{\"a\": 1}").as_map() else none)?.entries()?.len()"#, "1"),
    StandardFunction(
      special: "json.parse", .jsonParse, signature: "json.parse<T>(String | Bytes) -> T!",
      failsAs: "the text may be no JSON, or not have this shape",
      "The value that the text holds, read as a `T`.",
      example: #"json.parse<List<Int>>("[1, 2]") else []"#, "[1, 2]"),
    StandardFunction(
      special: "json.encode", .jsonEncode, signature: "json.encode(T) -> String",
      "The value as JSON without spaces, fields in the order of their declaration, keys in theirs.",
      example: #"json.encode(["a": [1, 2]])"#, #""\{\"a\":[1,2]}""#),
  ]
}
