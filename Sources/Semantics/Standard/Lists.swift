extension StandardFunction {
  /// Functions of `List<T>`.
  static let lists: [StandardFunction] = [
    StandardFunction(
      "len", .listLength, of: [.list], gives: .type(.int),
      "The number of elements.", example: "[3, 1, 2].len()", "3"),
    StandardFunction(
      "is_empty", .listIsEmpty, of: [.list], gives: .type(.bool),
      "Whether there is no element.", example: "[3].is_empty()", "false"),
    StandardFunction(
      "map", .listMap, of: [.list], [.lambda("f", .any)], gives: .list(.variable),
      "What the lambda gives for each element, in order.", example: "[3, 1].map(x -> x * 2)", "[6, 2]"),
    StandardFunction(
      "filter", .listFilter, of: [.list], [.lambda("f", .bool)], gives: .receiver,
      "The elements for which the lambda holds, in order.",
      example: "[3, 1, 2].filter(x -> x > 1)", "[3, 2]"),
    StandardFunction(
      "flat_map", .listFlatMap, of: [.list], [.lambda("f", .list)], gives: .list(.variable),
      "The lists that the lambda gives for the elements, one behind the other.",
      example: "[1, 2].flat_map(x -> [x, x * 10])", "[1, 10, 2, 20]"),
    StandardFunction(
      "any", .any, of: [.list], [.lambda("f", .bool)], gives: .type(.bool),
      "Whether the lambda holds for an element; false for no elements.",
      example: "[3, 1].any(x -> x == 1)", "true"),
    StandardFunction(
      "all", .all, of: [.list], [.lambda("f", .bool)], gives: .type(.bool),
      "Whether the lambda holds for every element; true for no elements.",
      example: "[3, 1].all(x -> x == 1)", "false"),
    StandardFunction(
      "contains", .listContains, of: [.list], [.value("element", .element)], gives: .type(.bool),
      elements: .equatable,
      "Whether an element equals it; `x in xs` says the same.", example: "[3, 1].contains(1)", "true"),
    StandardFunction(
      "first", .first, of: [.list], gives: .optional(.element),
      "The first element; absent where there is none.", example: "[3, 1].first() ?? 0", "3"),
    StandardFunction(
      "last", .last, of: [.list], gives: .optional(.element),
      "The last element; absent where there is none.", example: "[3, 1].last() ?? 0", "1"),
    StandardFunction(
      "sum", .listSum, of: [.list], gives: .element, elements: .number,
      "The sum of the elements, 0 where there is none; judged for overflow at the end.",
      example: "[3, 1, 2].sum()", "6"),
    StandardFunction(
      "min_by", .minBy, of: [.list], [.lambda("key", .sortable)], gives: .optional(.element),
      "The element with the least key, the first of equals; absent where there is none.",
      example: #"["aaa", "b"].min_by(s -> s.len()) ?? """#, #""b""#),
    StandardFunction(
      "max_by", .maxBy, of: [.list], [.lambda("key", .sortable)], gives: .optional(.element),
      "The element with the greatest key, the first of equals; absent where there is none.",
      example: #"["aaa", "b"].max_by(s -> s.len()) ?? """#, #""aaa""#),
    StandardFunction(
      "sort", .listSort, of: [.list], [.optionalLambda("by", .sortable)], gives: .receiver,
      elements: .sortable,
      "In the canonical order of the elements, or of their keys; equals stay in order.",
      example: "[3, 1, 2].sort(by: x -> -x)", "[3, 2, 1]"),
    StandardFunction(
      "take", .take, of: [.list], [.value("count", .type(.int))], gives: .receiver,
      "The first `count` elements, or all; none where `count` is negative.",
      example: "[3, 1, 2].take(2)", "[3, 1]"),
    StandardFunction(
      "concat", .concat, of: [.list], [.value("other", .receiver)], gives: .receiver,
      "The elements of both, one behind the other.", example: "[3].concat([1, 2])", "[3, 1, 2]"),
    StandardFunction(
      "enumerate", .enumerate, of: [.list],
      gives: .list(
        .row([.init(name: "index", scheme: .type(.int)), .init(name: "value", scheme: .element)])),
      "Each element with its position, from 0.",
      example: #"["a", "b"].enumerate().map(e -> "{e.index}{e.value}")"#, #"["0a", "1b"]"#),
    StandardFunction(
      "zip", .zip, of: [.list], [.anyList("other")],
      gives: .list(.row([.init(name: "left", scheme: .element), .init(name: "right", scheme: .variable)])),
      "The elements of both in pairs, as many as the shorter list has.",
      example: #"[1, 2].zip(["a", "b"]).map(p -> "{p.left}{p.right}")"#, #"["1a", "2b"]"#),
    StandardFunction(
      "join", .join, of: [.list], [.value("separator", .type(.string))], gives: .type(.string),
      elements: .string,
      "The strings, one behind the other, with the separator between them.",
      example: #"["a", "b"].join(", ")"#, #""a, b""#),
    StandardFunction(
      special: "[]", .listIndex, signature: "List<T>[Int] -> T!",
      failsAs: "there may be no element at this position",
      "The element at a position, from 0.", example: "[3, 1][1] else 0", "1"),
  ]
}
