import Testing

@testable import Kafka

@Suite struct AddressTests {
  @Test(arguments: [
    ("broker:9092", "broker:9092"),
    ("broker", "broker:9092"),
    ("kafka://one:9093,two", "one:9093,two:9092"),
    ("kafka://one:9093, two:9094/", "one:9093,two:9094"),
    ("kafka://[::1]:9093,[::1]", "[::1]:9093,[::1]:9092"),
    ("kafka://one?client.id=a", "one:9092"),
  ])
  func brokersAreReadWithTheirPorts(text: String, brokers: String) throws {
    #expect(try KafkaAddress(text).brokers == brokers)
  }

  @Test func optionsAreReadAsAnAddressWritesThem() throws {
    let address = try KafkaAddress("kafka://b?sasl.password=a%26b%3Dc+d&client.id=x")
    #expect(address.options.map(\.name) == ["sasl.password", "client.id"])
    #expect(address.options.map(\.value) == ["a&b=c+d", "x"])
  }

  @Test(arguments: [
    ("", "the address names no broker"),
    ("kafka://", "the address names no broker"),
    ("http://broker:9092", "the address begins with `http://`, not with `kafka://`"),
    ("broker:port", "`broker:port` is not a broker's name and port"),
    (":9092", "`:9092` is not a broker's name and port"),
    ("broker:0", "`broker:0` is not a broker's name and port"),
    ("broker:99999", "`broker:99999` is not a broker's name and port"),
    ("broker?sasl.username", "an option behind `?` is not written as `name=value`"),
  ])
  func whatIsNoAddressIsRefused(text: String, message: String) {
    let error = #expect(throws: KafkaError.self) { try KafkaAddress(text) }
    #expect(error?.message == message)
    #expect(error?.kind == .badAddress)
  }

  @Test(arguments: [
    "kafka://reader:geheim@broker:9092", "kafka://broker?sasl.pasword=geheim", "kafka://broker?geheim",
    "kafka://broker?security.protocol=ssl&ssl.key.pem=geheim", "kafka://broker?enable.idempotence=geheim",
  ])
  func nothingBehindTheBrokersIsShown(text: String) {
    let error = #expect(throws: KafkaError.self) {
      _ = try Producer(KafkaAddress(text)).topics()
    }
    #expect(error?.message.contains("geheim") == false)
    #expect(error?.kind != .unreachable)
  }

  @Test func anOptionThatKafkaDoesNotHaveIsNamed() throws {
    let address = try KafkaAddress("broker?sasl.pasword=x")
    let error = #expect(throws: KafkaError.self) { _ = try Producer(address).topics() }
    #expect(error?.message == "Kafka has no option `sasl.pasword`")
    guard case .unknownOption("sasl.pasword", let known)? = error?.kind else {
      Issue.record("another kind of error")
      return
    }
    #expect(known.contains("sasl.password"))
  }

  @Test(arguments: ["group.id=a", "isolation.level=read_uncommitted", "transactional.id=a", "acks=0"])
  func whatThePipelineDecidesIsNoOption(option: String) throws {
    let address = try KafkaAddress("broker?\(option)")
    let error = #expect(throws: KafkaError.self) { _ = try Producer(address).topics() }
    #expect(error?.kind == .badOption)
  }
}
