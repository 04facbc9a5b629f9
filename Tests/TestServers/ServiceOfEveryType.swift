/// A service with a field of every type, which gives back what it gets.
public let serviceOfEveryType = """
  enum Kind { a, b }
  record Part { name: String, size: Float?, tags: List<String> }
  record Thing {
    id: Int @range(-1000, 1000)
    name: String @pattern(re"[a-z]{1,8}")
    kind: Kind
    price: Decimal @range(0, 1000)
    at: Timestamp?
    day: Date
    code: Uuid?
    parts: List<Part>
    more: Map<String, Int>
    data: Bytes?
    any: Json?
    place: Vector<2>
  }
  pipeline things {
    from things: Request<Thing> = http(post, "/things")
    reply things
  }
  """
