import NIOCore
import NIOPosix

/// A connection that says exactly what it is told, in pieces.
struct RawConnection {
  private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

  /// Connects, and closes when `body` is done.
  static func with(_ port: Int, _ body: (inout Exchange) async throws -> Void) async throws {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
      }
    try await channel.executeThenClose { inbound, outbound in
      var exchange = Exchange(input: inbound.makeAsyncIterator(), output: outbound)
      try await body(&exchange)
    }
  }

  struct Exchange {
    fileprivate var input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    fileprivate let output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private(set) var text = ""

    fileprivate init(
      input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
      output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
      self.input = input
      self.output = output
    }

    func send(_ text: String) async throws { try await output.write(ByteBuffer(string: text)) }

    /// Says that nothing more will come.
    func finish() { output.finish() }

    /// Reads until `end` has come, or the connection is closed.
    mutating func read(until end: String) async throws -> String {
      while !text.contains(end), let bytes = try await input.next() { text += String(buffer: bytes) }
      return text
    }

    /// Reads until the connection is closed.
    mutating func readAll() async throws -> String {
      while let bytes = try await input.next() { text += String(buffer: bytes) }
      return text
    }
  }
}
