import Foundation
import JWTKit
import Serving
import Testing

/// How requests come in, and what keeps them out.
@Suite struct GatewayTests {
  static let echo = """
    record Line { id: Int }
    /// Gives back what it gets.
    pipeline echo {
      from lines: Request<Line> = http(post, "/lines")
      reply lines
      run service { max_in_flight: 1, timeout: 1m }
    }
    pipeline one {
      from lines: Request<Line> = http(put, "/lines")
      reply lines status 201
    }
    """

  /// A request, and the status of its answer.
  static let refusals: [(method: String, path: String, headers: [String: String], status: Int)] = [
    ("POST", "/nothing", [:], 404),
    ("GET", "/lines", [:], 405),
    ("DELETE", "/lines", [:], 405),
    ("POST", "/healthz", [:], 405),
    ("POST", "/lines", ["content-type": "text/plain"], 415),
    ("POST", "/lines", ["content-type": "application/json; charset=latin1"], 415),
    ("POST", "/lines", ["content-encoding": "gzip"], 415),
    ("POST", "/lines", ["content-type": "application/json; charset=utf-8"], 200),
    ("POST", "/lines", ["content-type": "application/vnd.a+json"], 200),
    ("PUT", "/lines", [:], 201),
    ("POST", "/lines?x=1", [:], 422),
    ("POST", "/lines?x=%ff", [:], 400),
    ("POST", "/lines", ["X-Request-Timeout": "soon"], 400),
    ("POST", "/lines", ["X-Request-Timeout": "0s"], 504),
    ("POST", "/lines", ["X-Request-Timeout": "30s"], 200),
  ]

  @Test func `what can't be answered has its status`() async throws {
    try await Project(Self.echo).serve { server async throws in
      for (method, path, headers, status) in Self.refusals {
        let body = method == "GET" ? nil : #"{"id":1}"#
        let reply = try await server.call(method, path, body, headers: headers)
        #expect(reply.status == status, "\(method) \(path) \(headers): \(reply.text)")
        if status >= 400 { #expect(reply.header("content-type") == "application/problem+json") }
        if status == 405, path == "/lines" {
          #expect(
            reply.header("allow").map { Set($0.components(separatedBy: ", ")) } == [
              "POST", "PUT",
            ])
        }
      }
    }
  }

  @Test(arguments: [true, false])
  func `a body that is too large is refused`(saysItsLength: Bool) async throws {
    let project = try Project(Self.echo, Self.settings("max_body: 1KB"))
    try await project.serve(under: "closed") { server async throws in
      try await RawConnection.with(server.port) { connection in
        let body = String(repeating: " ", count: 2000)
        let framing = saysItsLength ? "content-length: 2000" : "transfer-encoding: chunked"
        try await connection.send("POST /lines HTTP/1.1\r\nhost: a\r\n\(framing)\r\n\r\n")
        try await connection.send(saysItsLength ? body : "7d0\r\n\(body)\r\n0\r\n\r\n")
        let answer = try await connection.read(until: "bytes\"}")
        #expect(answer.hasPrefix("HTTP/1.1 413"))
      }
      #expect(try await server.post("/lines", #"{"id":1}"#).status == 200)
    }
  }

  @Test func `no more calls come in than may be under way`() async throws {
    try await Project(Self.echo).serve { server async throws in
      try await RawConnection.with(server.port) { connection in
        try await connection.send(
          "POST /lines HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 8\r\n\r\n")
        _ = try await connection.read(until: "100 Continue\r\n\r\n")
        let busy = try await server.post("/lines", #"{"id":1}"#)
        #expect(busy.status == 429)
        #expect(busy.header("retry-after") != nil)
        try await connection.send(#"{"id":7}"#)
        let answer = try await connection.read(until: #"{"id":7}"#)
        #expect(answer.contains("HTTP/1.1 200"))
      }
      #expect(try await server.post("/lines", #"{"id":1}"#).status == 200)
    }
  }

  @Test func `a caller that goes away gives its place free`() async throws {
    try await Project(Self.echo).serve { server async throws in
      try await RawConnection.with(server.port) { connection in
        try await connection.send(
          "POST /lines HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 8\r\n\r\n")
        _ = try await connection.read(until: "100 Continue\r\n\r\n")
      }
      // The server learns of it by itself, some time later.
      var status = 429
      while status == 429 { status = try await server.post("/lines", #"{"id":1}"#).status }
      #expect(status == 200)
    }
  }

  /// Answers at once, and one that waits until its rows are written.
  static let both = """
    record Line { id: Int }
    pipeline echo {
      from lines: Request<Line> = http(post, "/lines")
      reply lines
    }
    pipeline keep {
      from lines: Request<Line> = http(post, "/kept")
      into kept = jsonl("kept", write: append) <- lines
      reply lines
    }
    """

  static func post(_ path: String, _ id: Int) -> String {
    let body = #"{"id":\#(id)}"#
    return "POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  static func ids(_ answers: String) -> [Int] {
    answers.split(separator: #"{"id":"#).dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
  }

  @Test(arguments: [["/lines"], ["/kept"], ["/kept", "/lines"]])
  func `requests of one connection are answered in order`(paths: [String]) async throws {
    try await Project(Self.both).serve { server async throws in
      try await RawConnection.with(server.port) { connection in
        try await connection.send((1...20).map { Self.post(paths[$0 % paths.count], $0) }.joined())
        #expect(try await Self.ids(connection.read(until: #"{"id":20}"#)) == Array(1...20))
        try await connection.send(Self.post("/lines", 21))
        #expect(try await Self.ids(connection.read(until: #"{"id":21}"#)) == Array(1...21))
      }
    }
  }

  @Test(arguments: [
    ("NONSENSE\r\n\r\n", "400"), ("GET / HTTP/1.1\r\na b: c\r\n\r\n", "400"),
    ("GET / HTTP/1.1\r\na: \(String(repeating: "x", count: 100_000))\r\n\r\n", "431"),
  ])
  func `what is no request has a problem for its answer, behind those before it`(
    text: String, status: String
  ) async throws {
    try await Project(Self.both).serve { server async throws in
      for before in ["", Self.post("/lines", 1), Self.post("/kept", 1) + Self.post("/kept", 2)] {
        try await RawConnection.with(server.port) { connection in
          try await connection.send(before + text)
          let answers = try await connection.readAll().components(separatedBy: "HTTP/1.1 ").dropFirst()
          #expect(answers.dropLast().allSatisfy { $0.hasPrefix("200") })
          #expect(answers.count == before.components(separatedBy: "POST").count)
          let last = try #require(answers.last)
          #expect(last.hasPrefix(status), "\(last)")
          #expect(last.contains("content-type: application/problem+json"))
          #expect(last.contains("connection: close"))
        }
      }
    }
  }

  @Test(arguments: ["/lines", "/kept"])
  func `who sends no more still gets the answers`(path: String) async throws {
    try await Project(Self.both).serve { server async throws in
      try await RawConnection.with(server.port) { connection in
        try await connection.send((1...3).map { Self.post(path, $0) }.joined())
        connection.finish()
        #expect(try await Self.ids(connection.readAll()) == [1, 2, 3])
      }
      try await RawConnection.with(server.port) { connection in
        try await connection.send("POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\n{")
        connection.finish()
        #expect(try await connection.readAll().hasPrefix("HTTP/1.1 400"))
      }
    }
  }

  @Test func `an old client is answered in its version, and its connection kept where it asks for that`()
    async throws
  {
    try await Project(Self.both).serve { server async throws in
      try await RawConnection.with(server.port) { connection in
        for keeps in ["connection: keep-alive\r\n", ""] {
          try await connection.send("GET /healthz HTTP/1.0\r\n\(keeps)\r\n")
        }
        let answers = try await connection.readAll().components(separatedBy: "HTTP/1.0 ").dropFirst()
        #expect(answers.map { $0.contains("connection: keep-alive") } == [true, false])
      }
    }
  }

  @Test func `a request for the head alone has no body in its answer`() async throws {
    try await Project(Self.echo).serve { server async throws in
      try await RawConnection.with(server.port) { connection in
        for path in ["/healthz", "/lines"] {
          try await connection.send("HEAD \(path) HTTP/1.1\r\nhost: a\r\n\r\n")
        }
        try await connection.send("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        let answers = try await connection.readAll().components(separatedBy: "HTTP/1.1 ").dropFirst()
        #expect(answers.map { $0.prefix(3) } == ["200", "405", "200"])
        #expect(answers.map { $0.hasSuffix("\r\n\r\n") } == [true, true, false])
      }
    }
  }

  @Test func `a call under way is finished before the gateway stops`() async throws {
    let project = try Project(Self.echo)
    try await project.serve { server async throws in
      try await RawConnection.with(server.port) { connection in
        try await connection.send(
          "POST /lines HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 8\r\n\r\n")
        _ = try await connection.read(until: "100 Continue\r\n\r\n")
        server.stop()
        try await connection.send(#"{"id":7}"#)
        let answer = try await connection.readAll()
        #expect(answer.contains("HTTP/1.1 200"))
        #expect(answer.hasSuffix(#"{"id":7}"#))
      }
    }
  }

  @Test func `health, readiness and figures are told`() async throws {
    try await Project(Self.echo).serve { server async throws in
      #expect(try await server.get("/healthz").status == 200)
      #expect(try await server.get("/readyz").status == 200)
      for _ in 1...3 { _ = try await server.post("/lines", #"{"id":1}"#) }
      _ = try await server.post("/lines", "{}")
      let text = try await server.get("/metrics").text
      #expect(text.contains(#"thalweg_calls_total{pipeline="echo",route="/lines",status="200"} 3"#))
      #expect(text.contains(#"thalweg_calls_total{pipeline="echo",route="/lines",status="422"} 1"#))
      #expect(text.contains(#"thalweg_call_duration_seconds_count{pipeline="echo",route="/lines"} 4"#))
      #expect(text.contains(#"thalweg_calls_in_flight{pipeline="echo",route="/lines"} 0"#))
    }
  }

  static let lookup = """
    record Query { id: Int @path }
    record Item { id: Int @key, name: String }
    pipeline find {
      from queries: Request<Query> = http(get, "/items/{id}")
      from items: Table<Item> = csv("items.csv", refresh: 20ms)
      reply queries.join(items, on: (q, i) -> q.id == i.id, select: (q, i) -> Item { ...i })
    }
    """

  @Test(.timeLimit(.minutes(15)))
  func `a table that has changed is seen whole, and one that is broken is not`() async throws {
    let project = try Project(Self.lookup, ["items.csv": "id,name\n1,old\n"])
    try await project.serve { server async throws in
      #expect(try await server.get("/items/1").text == #"{"id":1,"name":"old"}"#)
      try project.write("id,name\n1,new\n", to: "items.csv")
      while try await server.get("/items/1").text != #"{"id":1,"name":"new"}"# {}
      try project.write("id,name\none,newer\n", to: "items.csv")
      while project.codes.isEmpty { _ = try await server.get("/healthz") }
      #expect(try await server.get("/items/1").text == #"{"id":1,"name":"new"}"#)
      #expect(try await server.get("/metrics").text.contains("thalweg_table_age_seconds{pipeline=\"find\""))
    }
  }

  @Test(.timeLimit(.minutes(15)))
  func `without its table a service is not ready`() async throws {
    let project = try Project(Self.lookup)
    try await project.serve(waitsUntilReady: false) { server async throws in
      let call = try await server.get("/items/1")
      #expect(call.status == 503)
      #expect(call.header("retry-after") != nil)
      #expect(try await server.get("/readyz").status == 503)
      #expect(try await server.get("/healthz").status == 200)
      try project.write("id,name\n1,here\n", to: "items.csv")
      while try await server.get("/readyz").status != 200 {}
      #expect(try await server.get("/items/1").text == #"{"id":1,"name":"here"}"#)
    }
    #expect(project.codes.first == "C815")
  }

  // MARK: Access

  private struct Claims: JWTPayload {
    var iss: String
    var aud: String
    var exp: Double
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private static func settings(_ serve: String) -> [String: String] {
    ["thalweg.yaml": "version: 1\nprofiles:\n  closed:\n    serve: {\(serve)}\n"]
  }

  @Test func `a token opens the routes`() async throws {
    let project = try Project(
      Self.echo,
      Self.settings("tokens: {file: tokens.txt}").merging(["tokens.txt": "swordfish\nmarlin\n"]) { a, _ in a }
    )
    try await project.serve(under: "closed") { server async throws in
      let without = try await server.post("/lines", #"{"id":1}"#)
      #expect(without.status == 401)
      #expect(without.header("www-authenticate") == "Bearer")
      for (token, status) in [
        ("marlin", 200), ("swordfish", 200), ("trout", 401), ("swordfis", 401), ("", 401),
      ] {
        let reply = try await server.call(
          "POST", "/lines", #"{"id":1}"#, headers: ["authorization": "Bearer \(token)"])
        #expect(reply.status == status, "\(token)")
      }
      #expect(try await server.get("/healthz").status == 200)
      #expect(try await server.get("/openapi.json").text.contains("securitySchemes"))
    }
  }

  @Test(arguments: ["HS256", "ES256", "RS256"])
  func `a signed token opens the routes`(algorithm: String) async throws {
    let keys = JWTKeyCollection()
    let text: String
    switch algorithm {
    case "HS256":
      text = "a secret of thirty-two bytes length"
      await keys.add(hmac: HMACKey(from: text), digestAlgorithm: .sha256)
    case "ES256":
      let key = ES256PrivateKey()
      text = key.publicKey.pemRepresentation
      await keys.add(ecdsa: key)
    default:
      let key = try Insecure.RSA.PrivateKey(pem: Self.rsa)
      text = key.publicKey.pemRepresentation
      await keys.add(rsa: key, digestAlgorithm: .sha256)
    }
    let project = try Project(
      Self.echo,
      Self.settings("jwt: {keys: {file: key.pem}, algorithm: \(algorithm), issuer: me, audience: echo}")
        .merging(["key.pem": text]) { a, _ in a })
    let later = Date().timeIntervalSince1970 + 1000
    let good = try await keys.sign(Claims(iss: "me", aud: "echo", exp: later))
    let wrong = [
      try await keys.sign(Claims(iss: "you", aud: "echo", exp: later)),
      try await keys.sign(Claims(iss: "me", aud: "other", exp: later)),
      try await keys.sign(Claims(iss: "me", aud: "echo", exp: later - 2000)),
      good.dropLast(3) + "AAA", "no token", "",
    ]
    try await project.serve(under: "closed") { server async throws in
      for _ in 1...2 {
        let reply = try await server.call(
          "POST", "/lines", #"{"id":1}"#, headers: ["authorization": "Bearer \(good)"])
        #expect(reply.status == 200, "\(reply.text)")
      }
      for token in wrong {
        let reply = try await server.call(
          "POST", "/lines", #"{"id":1}"#, headers: ["authorization": "Bearer \(token)"])
        #expect(reply.status == 401, "\(token)")
        #expect(reply.header("www-authenticate")?.contains("invalid_token") == true)
      }
    }
  }

  @Test func `two services at one route are not served`() async throws {
    let project = try Project(Self.echo.replacing("http(put,", with: "http(post,"))
    await #expect(throws: Gateway.Conflict.self) { try await project.serve { _ in } }
  }

  /// A key of nobody.
  private static let rsa = """
    -----BEGIN PRIVATE KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDoW6+2yzn0PGNv
    sGKOCgOgnQLJtghcuBprLuSKfJBuoKnfAGqnU53feIxhaf99mzcgC2opyKLvsdUQ
    uCRsgzb3xGmcf609v/D+/JX2ZlaQ8mGRWLK2IvTNP6FypJM60/x43k4691sU/+pD
    zdgqwvBrg2wWyWjR+3N8VEdjUcEmJziISIfOqf5ZlqO+v/IQE45eAhxHuaSxbGfl
    OwNQ112sBg6CbcRUJ+Pxj9FFS4hbVEq8MQDePAjRgjX3UzFzmCEMWn9rhG2+CobP
    1eDfxyW/MIZUW8fSyQeV7GcprKboXNmZ02vK1pbosV3ut2Lw0eaH6geZJu8199KJ
    Ra8UAnYzAgMBAAECggEAWYXJw2G1aHZD0Wph7lvJXf5gbprlyeNcumMMxpaLhzP7
    fuHINcOvlcP6QiX2u8wrhvse4g5dSIB5mMF5tx0u9nMERbmjY6EqFvP2S0LOo3Xf
    RYKpCCebreCQMX1bBFVcdq0f8vQOcZ7QAWOzn3YP7zxpTrY23oBE1GgcQRXklu/V
    hVtoIRcu96xIYcp22m/HjCbEGW0auU3tWAqBttYeM+Dz0QFidDYLU3xDDHfhwsbc
    EeHWT8MeA+kVMwieKW+ZjRN4ouHvb+mc71/CdR0kNffctSmL5O3SlLgx/muE/1NQ
    SSb28N2J7SKoQjwk91a8ZAIFWRTWFqqRXBcI95lXEQKBgQD6ezebjeLFqkISb3R0
    I3OLRZEWxiX9h+40gReoDhFhlonSK15eSx6a99cNR/g4hVhasph30FUn6KAL/IJz
    pzXkbnl95E5LhvuE8D+61iXKcVt/ZvVu2ftTWrltgBQdiVfqXid8E6lwH3ZaAjz4
    LnH4s4gXbN5BZR+BPOkKzp+H3QKBgQDtej/j353gJVTFE6am2tsUbuaBVlVhTYoO
    bRT2TqMjTNSWMFvo+C5LsohWkPRZ7WC09l+8pMUuGD1rqBDdvAW+ChaPoJzvmsqq
    GoFOKEslDRtCsbipka0p/vKWevaRaaQyH3k+DFX7WGwiBsDeQ3ucNMvvC+tpgcHU
    cdm4n3mdTwKBgQDeNcmTOkBf0zdiW3YYQgsTFtgsOAUj8h8kfRGbiT9qL758sPS6
    +jFgkVY69goDOmizrZUNVcj16q1xdMXWDBUHXepyAMRkxI8F1Iz1F13XRtFBKPm7
    Ka6IuAegWOt/eISB6p1kuZyrV34LQ8kK80kwtTSac36IzUkxwfOMHtnwEQKBgEuF
    t0/Wy7R+6siKCVPDAi0rX67+L8T0DdWspx/1vjf5tRnWY0RhuQdlzaoKC0uWDE1A
    lQ2/MN4J426bUlHR+9mGB8rBf2dLyOvz5e9fLRapZmP9dQaoR3O1mpx0mnmAKTGv
    hLVQ4v8+DZV8pFWLDIKO39Qz7Dfvhh7z3hOy09BNAoGAc7AeIyTe8YDVnwdPWacp
    nfwuiNkcd1RESeLPHALn2dj/i3mPzJOTBryzqyt3dYysTBRPR6sOP+r0yGhFzx38
    NZ5IzdLjQ0YH88NHdh+kqIK2i58V2x/K+j5oyjDdkUzsousHpemkUAWkjIFRkzHw
    T7YK8ypadqLPkGRyX6IMxS8=
    -----END PRIVATE KEY-----
    """
}
