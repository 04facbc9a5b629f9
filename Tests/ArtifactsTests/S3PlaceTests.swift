import Testing

@testable import Artifacts

/// How buckets are named.
@Suite struct S3PlaceTests {
  @Test func aBucketHasItsUsualAddress() throws {
    let place = try S3Place("s3://data-1", environment: [:])
    #expect(place.endpoint == "https://s3.us-east-1.amazonaws.com")
    #expect(place.host == "s3.us-east-1.amazonaws.com")
    #expect(place.path("objects/ab") == "/data-1/objects/ab")
    #expect(place.path() == "/data-1")
  }

  @Test(arguments: [
    ("s3://data/a%20/b c//ü/?endpoint=http://127.0.0.1:9000/&region=eu-1", "127.0.0.1:9000"),
    ("s3://data/a%20/b c/ü?region=eu-1&endpoint=https://127.0.0.1:443", "127.0.0.1"),
  ])
  func aPlaceHasAnEndpointARegionAndAPrefix(_ text: String, _ host: String) throws {
    let place = try S3Place(text, environment: ["AWS_REGION": "us-1"])
    #expect(place.host == host)
    #expect(place.region == "eu-1")
    #expect(place.prefix == "a%20/b c/ü")
    #expect(place.path("x") == "/data/a%2520/b%20c/%C3%BC/x")
  }

  @Test(arguments: [["AWS_REGION": "eu-1", "AWS_DEFAULT_REGION": "eu-2"], ["AWS_DEFAULT_REGION": "eu-1"]])
  func theRegionMayComeFromTheEnvironment(_ environment: [String: String]) throws {
    #expect(
      try S3Place("s3://data", environment: environment).endpoint == "https://s3.eu-1.amazonaws.com")
  }

  @Test(arguments: [
    ("s3://", "`` is no name of a bucket"), ("s3:///x", "`` is no name of a bucket"),
    ("s3://key:word@data", "`key:word@data` is no name of a bucket"),
    ("s3://Data", "`Data` is no name of a bucket"), ("s3://ab", "`ab` is no name of a bucket"),
    ("s3://data?endpoint", "`endpoint` is not known"), ("s3://data?reg=x", "`reg=x` is not known"),
    ("s3://data?region=EU 1", "`EU 1` is no region"),
    ("s3://data?endpoint=localhost:9000", "`localhost:9000` is no address of a server"),
    ("s3://data?endpoint=http://a/b", "`http://a/b` is no address of a server"),
    ("s3://data?endpoint=http://", "`http://` is no address of a server"),
  ])
  func whatIsWrongIsSaid(_ place: String, _ reason: String) {
    do {
      _ = try S3Place(place, environment: [:])
      Issue.record("\(place) is a place")
    } catch {
      #expect(error.message == "`\(place)` is no place for artifacts: \(reason)")
      #expect(error.help != nil)
    }
  }

  @Test(arguments: [
    [:], ["AWS_ACCESS_KEY_ID": "a"], ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": ""],
  ])
  func credentialsAreMissed(_ environment: [String: String]) {
    do {
      _ = try ArtifactStores(place: "s3://data", in: "", environment: environment)
      Issue.record("nobody is let in")
    } catch {
      #expect(error.message == "there are no credentials for `s3://data`")
    }
  }
}
