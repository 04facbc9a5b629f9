import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// What Hummingbird's server puts on each connection: the parser of HTTP/1.1 and our handler, which writes whole
/// answers. Calls are answered on the event loop itself, which spares each of them the way through Swift's cooperative
/// pool.
struct ConnectionSetup: ServerChildChannel {
  let dispatcher: Dispatcher

  /// How long a connection may say nothing.
  private static let idle = TimeAmount.seconds(60)

  struct Connection: ServerChildChannelValue {
    let channel: any Channel
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
      try pipeline.addHandler(IdleStateHandler(readTimeout: Self.idle))
      try pipeline.addHandler(ConnectionHandler(dispatcher))
      return Connection(channel: channel)
    }
  }

  func handle(value: Connection, logger: Logger) async { try? await value.channel.closeFuture.get() }
}
