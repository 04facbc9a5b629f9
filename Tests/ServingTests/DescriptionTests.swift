import Foundation
import Testing

/// `/openapi.json` says what is so.
@Suite struct DescriptionTests {
  @Test func `the description has the routes, the records and every status`() async throws {
    try await CallTests.project().serve { server async throws in
      let reply = try await server.get("/openapi.json")
      #expect(reply.status == 200)
      let document = reply.object
      #expect(document["openapi"] as? String == "3.1.0")
      let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
      let operation = try #require(paths["/offers"]?["post"])
      let responses = try #require(operation["responses"] as? [String: Any])
      #expect(
        Set(responses.keys) == ["200", "400", "404", "413", "415", "422", "500", "503", "504"])
      let schemas = try #require(
        (document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
      #expect(Set(schemas.keys) == ["Problem", "offers_request", "offers_reply_200", "offers_reply_404"])
      let request = try #require(schemas["offers_request"])
      #expect(request["required"] as? [String] == ["id", "item"])
      #expect(request["additionalProperties"] as? Bool == false)
      let fields = try #require(request["properties"] as? [String: [String: Any]])
      #expect(fields["id"]?["maximum"] as? Int == 1000)
      #expect(fields["item"]?["pattern"] as? String == "^(?:[a-z]+)$")
      #expect(fields["size"]?["enum"] as? [String] == ["small", "large"])
    }
  }
}
