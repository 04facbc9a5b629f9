import TestServers
import Testing

/// Whatever callers send, a service refuses or answers it.
@Suite struct FuzzTests {
  static let good = """
    {"id":1,"name":"cup","kind":"a","price":1.25,"at":"2026-01-31T08:00:00Z","day":"2026-01-31",\
    "code":"123e4567-e89b-12d3-a456-426614174000","parts":[{"name":"x\\u00e9","size":1e3,"tags":["a",""]}],\
    "more":{"k":1,"l":-2},"data":"aGk=","any":{"x":[1,null,true]},"place":[0.5,-1]}
    """

  /// Pieces that JSON texts are made of, and some that they are not.
  static let pieces: [String] = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "1e999", "-", "0", "1.0", "\"\"", "\\u",
    "\\ud800", " ",
    "\n", "\u{0}", "é", "9223372036854775808", "-0", "1e-30", "{}", "[]", "\"id\":", "\"2026-02-30\"",
    "3.4e39", "-1.8e183", "NaN",
  ]

  @Test(.timeLimit(.minutes(15)), arguments: 0..<4)
  func `no body makes it fail`(seed: Int) async throws {
    var random = Generator(state: UInt64(seed) &* 7919 &+ 17)
    let good = Array(Self.good.utf8)
    try await Project(serviceOfEveryType).serve { server async throws in
      #expect(try await server.call("POST", "/things", good).status == 200)
      for round in 0..<600 {
        var body = round % 8 == 0 ? [] : good
        if round % 3 == 0 { body = Array("[".utf8) + body + Array(",".utf8) + good + Array("]".utf8) }
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          let place = Int.random(in: 0...body.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: body.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
          case 1: if place < body.count { body.remove(at: place) }
          case 2: body.insert(contentsOf: Self.pieces.randomElement(using: &random)!.utf8, at: place)
          default:
            if place < body.count { body[place] = UInt8.random(in: .min ... .max, using: &random) }
          }
        }
        let lines = ["content-type": "application/x-ndjson"]
        let reply = try await server.call("POST", "/things", body, headers: round % 5 == 0 ? lines : [:])
        #expect(
          [200, 400, 422].contains(reply.status),
          "\(reply.status) \(reply.text) for \(String(decoding: body, as: UTF8.self))")
      }
    }
  }

  /// The same numbers on every machine.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}
