import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, on its event loop: a call that needs no waiting is answered without
/// leaving the thread that read it.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case idle
    /// The body of a call comes in.
    case reading(Call)
    /// What still comes in of the request is of no use.
    case skipping(Answer, bytes: Int)
    /// The call is under way somewhere else.
    case waiting(Call)
  }

  /// Bytes of a refused request that are read nevertheless, so that the caller gets to read the answer.
  private static let mostSkipped = 16 << 20

  private let dispatcher: Dispatcher
  private var state = State.idle
  private var isKeptAlive = true
  private var version = HTTPVersion.http1_1
  private var wantsBody = true

  init(_ dispatcher: Dispatcher) { self.dispatcher = dispatcher }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let bytes): take(bytes, context)
    case .end: end(context)
    }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    isKeptAlive = head.isKeepAlive
    version = head.version
    wantsBody = head.method != .HEAD
    switch dispatcher.admit(head) {
    case .answer(let answer):
      if head.expectsContinue { isKeptAlive = false }
      state = .skipping(answer, bytes: 0)
    case .call(let call):
      state = .reading(call)
      guard head.expectsContinue else { return }
      let head = HTTPResponseHead(version: version, status: .continue)
      context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }
  }

  private func take(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    switch state {
    case .reading(let call):
      guard call.append(bytes) else { return }
      call.leave(.payloadTooLarge)
      state = .skipping(Problem.tooLarge(dispatcher.largestBody).answer, bytes: bytes.readableBytes)
    case .skipping(let answer, let count):
      let total = count + bytes.readableBytes
      state = .skipping(answer, bytes: total)
      if total > Self.mostSkipped {
        isKeptAlive = false
        write(answer, context)
        state = .idle
        context.close(promise: nil)
      }
    case .idle, .waiting: break
    }
  }

  private func end(_ context: ChannelHandlerContext) {
    switch state {
    case .skipping(let answer, _):
      state = .idle
      write(answer, context)
    case .reading(let call):
      if let answer = call.answer() {
        state = .idle
        call.leave(answer.status)
        write(answer, context)
      } else {
        wait(for: call, context)
      }
    case .idle, .waiting: break
    }
  }

  /// The call goes on elsewhere; whoever is first, its answer or its deadline, answers.
  private func wait(for call: Call, _ context: ChannelHandlerContext) {
    state = .waiting(call)
    let loop = context.eventLoop
    let connection = NIOLoopBound((handler: self, context: context), eventLoop: loop)
    let answered: @Sendable (Answer) -> Void = { answer in
      let (handler, context) = connection.value
      handler.answer(call, answer, context)
    }
    var timer: Scheduled<Void>?
    if let time = call.timeLeft {
      timer = loop.scheduleTask(in: .nanoseconds(Int64(time))) { answered(Problem.tooLate.answer) }
    }
    call.goOn { [timer] answer in
      loop.execute {
        timer?.cancel()
        answered(answer)
      }
    }
  }

  private func answer(_ call: Call, _ answer: Answer, _ context: ChannelHandlerContext) {
    guard case .waiting(let current) = state, current === call else { return }
    state = .idle
    call.leave(answer.status)
    write(answer, context)
  }

  private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    var headers = HTTPHeaders()
    headers.reserveCapacity(4 + answer.headers.count)
    headers.add(name: "content-type", value: answer.contentType)
    headers.add(name: "content-length", value: "\(answer.body.readableBytes)")
    headers.add(name: "date", value: HTTPDate.now)
    for (name, value) in answer.headers { headers.add(name: name, value: value) }
    let isLast = !isKeptAlive || dispatcher.isStopping
    if isLast {
      headers.add(name: "connection", value: "close")
    } else if version == .http1_0 {
      headers.add(name: "connection", value: "keep-alive")
    }
    let head = HTTPResponseHead(version: version, status: answer.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if wantsBody { context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil) }
    let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
    if isLast {
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      end.whenComplete { _ in bound.value.close(promise: nil) }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    switch state {
    case .reading(let call), .waiting(let call): call.leave(nil)
    case .idle, .skipping: break
    }
    state = .idle
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      if case .waiting = state { return }
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

extension HTTPRequestHead {
  fileprivate var expectsContinue: Bool {
    headers.first(name: "expect")?.lowercased() == "100-continue"
  }
}
