import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, on its event loop and in their order: a call that needs no waiting is
/// answered without leaving the thread that read it. Requests that come while one waits are held back, and no more is
/// read.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  private enum State {
    case idle
    /// The body of a call comes in.
    case reading(Call)
    /// What still comes in of the request is of no use.
    case skipping(Answer, bytes: Int)
    /// The call is under way somewhere else.
    case waiting(Call)
    /// The last answer has been given.
    case closing
  }

  /// Bytes of a refused request that are read nevertheless, so that the caller gets to read the answer.
  private static let mostSkipped = 16 << 20

  private let dispatcher: Dispatcher
  private var state = State.idle
  private var connection = AnswerHead.Connection()
  private var wantsBody = true
  /// What has come behind the call that waits.
  private var held = CircularBuffer<HTTPServerRequestPart>()
  /// The answer to what is no HTTP, behind all that is held.
  private var lastWords: Answer?
  private var holdsRead = false
  private var inputHasEnded = false
  private var isQuiescing = false
  /// Bytes that were not sent when the connection was last found idle.
  private var unsent = 0

  init(_ dispatcher: Dispatcher) { self.dispatcher = dispatcher }

  // MARK: - Requests

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if case .waiting = state { held.append(part) } else { take(part, context) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.flush()
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    if case .waiting = state { holdsRead = true } else { context.read() }
  }

  private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    if case .closing = state { return }
    switch part {
    case .head(let head): begin(head, context)
    case .body(let bytes): take(bytes, context)
    case .end: end(context)
    }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    connection = AnswerHead.Connection(isKeptAlive: head.isKeepAlive, version: head.version)
    wantsBody = head.method != .HEAD
    switch dispatcher.admit(head) {
    case .answer(let answer):
      if head.expectsContinue { connection.isKeptAlive = false }
      state = .skipping(answer, bytes: 0)
    case .call(let call):
      state = .reading(call)
      guard head.expectsContinue else { return }
      context.writeAndFlush(wrapOutboundOut(AnswerHead.goOn), promise: nil)
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
      if total > Self.mostSkipped { sayLast(answer, context) }
    case .idle, .waiting, .closing: break
    }
  }

  private func end(_ context: ChannelHandlerContext) {
    switch state {
    case .skipping(let answer, _): write(answer, context)
    case .reading(let call):
      if let answer = call.answer() {
        call.leave(answer.status)
        write(answer, context)
      } else {
        wait(for: call, context)
      }
    case .idle, .waiting, .closing: break
    }
  }

  // MARK: - Waiting

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
    call.leave(answer.status)
    write(answer, context)
    goOn(context)
    context.flush()
  }

  /// With what has been held back.
  private func goOn(_ context: ChannelHandlerContext) {
    while let part = held.popFirst() {
      take(part, context)
      if case .waiting = state { return }
    }
    if let lastWords { return sayLast(lastWords, context) }
    if holdsRead {
      holdsRead = false
      context.read()
    }
  }

  // MARK: - Answers

  /// Answers the request that was taken last; the connection closes behind it, or waits for the next one.
  private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return state = .closing }
    if dispatcher.isStopping || isQuiescing || (inputHasEnded && held.isEmpty && lastWords == nil) {
      connection.isKeptAlive = false
    }
    state = .idle
    var bytes = context.channel.allocator.buffer(
      capacity: AnswerHead.usualSize + min(answer.body.readableBytes, Self.mostCopied))
    AnswerHead.write(answer, connection, to: &bytes)
    if wantsBody, answer.body.readableBytes <= Self.mostCopied {
      bytes.writeImmutableBuffer(answer.body)
      context.write(wrapOutboundOut(bytes), promise: nil)
    } else {
      context.write(wrapOutboundOut(bytes), promise: nil)
      if wantsBody { context.write(wrapOutboundOut(answer.body), promise: nil) }
    }
    if !connection.isKeptAlive { close(context) }
  }

  /// Larger bodies are not copied behind their heads.
  private static let mostCopied = 32 << 10

  /// Gives the last answer of the connection: what comes behind it can't be read.
  private func sayLast(_ answer: Answer, _ context: ChannelHandlerContext) {
    switch state {
    case .closing: return
    case .waiting: return lastWords = answer
    case .reading(let call): call.leave(answer.status)
    case .idle, .skipping: break
    }
    connection.isKeptAlive = false
    write(answer, context)
  }

  /// Closes when all that was written is sent.
  private func close(_ context: ChannelHandlerContext) {
    if case .reading(let call) = state { call.leave(nil) }
    state = .closing
    held.removeAll()
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.close(promise: nil) }
  }

  // MARK: - Events

  func channelInactive(context: ChannelHandlerContext) {
    switch state {
    case .reading(let call), .waiting(let call): call.leave(nil)
    case .idle, .skipping, .closing: break
    }
    state = .closing
    held.removeAll()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is IdleStateHandler.IdleStateEvent: closeIfStuck(context)
    case ChannelEvent.inputClosed:
      inputHasEnded = true
      if case .waiting = state { return }
      close(context)
    case is ChannelShouldQuiesceEvent:
      isQuiescing = true
      if case .idle = state { close(context) }
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  /// Nothing has been read for long. A caller that reads its answer, however slowly, may go on.
  private func closeIfStuck(_ context: ChannelHandlerContext) {
    if case .waiting = state { return }
    let waits = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    defer { unsent = waits }
    if waits == 0 || waits == unsent { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
    sayLast(Problem.unreadable(error).answer, context)
    context.flush()
  }
}

extension HTTPRequestHead {
  fileprivate var expectsContinue: Bool {
    headers.first(name: "expect")?.lowercased() == "100-continue"
  }
}
