import Columns
import Diagnosing
import Engine
import Execution
import Formats
import NIOCore
import NIOHTTP1
import Semantics
import Synchronization

/// One service at its route: turns requests into rows and rows into answers.
final class Endpoint: Sendable {
  let run: ServiceRun
  let metrics = CallMetrics()
  private let problems: @Sendable ([Diagnostic], SourceMap) -> Void
  private let inFlight = Atomic<Int>(0)
  private let parts: [RequestPartReader]
  /// The fields that the body holds, by their places in the record.
  private let bodyInputs: [Int]
  private let body: TableSchema
  private let readers = Mutex<[JSONBodyReader]>([])
  private let writers: [JSONLinesWriter]
  private let told = Mutex<Set<Span>>([])

  /// - Parameter problems: Is told of faults: of each place in the program once.
  init(_ run: ServiceRun, problems: @escaping @Sendable ([Diagnostic], SourceMap) -> Void) {
    self.run = run
    self.problems = problems
    let interface = run.interface
    parts = interface.partReaders
    bodyInputs = interface.inputs.indices.filter { interface.inputs[$0].part == nil }
    body = interface.body
    writers = interface.replies.map { JSONLinesWriter(schema: $0.schema) }
  }

  /// Whether requests have a body.
  var takesBody: Bool { !bodyInputs.isEmpty && run.interface.method != .get }

  var callsInFlight: Int { inFlight.load(ordering: .relaxed) }

  // MARK: - Admission

  /// Takes a place among the calls under way.
  func enter() throws(Problem) {
    let count = inFlight.wrappingAdd(1, ordering: .relaxed).newValue
    if let most = run.options.maxInFlight, count > most {
      inFlight.wrappingSubtract(1, ordering: .relaxed)
      metrics.count(.tooManyRequests, nanoseconds: nil)
      throw .busy(most)
    }
  }

  func leave(_ status: HTTPResponseStatus?, nanoseconds: Int) {
    inFlight.wrappingSubtract(1, ordering: .relaxed)
    if let status { metrics.count(status, nanoseconds: nanoseconds) }
  }

  // MARK: - Work

  /// What comes of a call's rows.
  enum Outcome {
    case answer(Answer)
    /// To be answered when what it writes is written.
    case write(CallResult, Answer)
  }

  func work(_ request: CallRequest, deadline: Int) -> Outcome {
    do throws(Problem) {
      if deadline != .max, CallClock.now > deadline { throw .tooLate }
      let (rows, areMany) = try read(request)
      let result: CallResult
      do throws(CallFailure) {
        result = try run.call(rows, deadline: deadline)
      } catch {
        throw problem(error)
      }
      let answer = try answer(result, areMany: areMany, asLines: request.wantsLines)
      let writes = result.written.contains { $0.rows.count > 0 }
      return writes ? .write(result, answer) : .answer(answer)
    } catch {
      return .answer(error.answer)
    }
  }

  private func read(_ request: CallRequest) throws(Problem) -> (rows: Batch, areMany: Bool) {
    var wrong: [Problem.Wrong] = []
    var columns = [Column?](repeating: nil, count: run.interface.inputs.count)
    for part in parts {
      do throws(Problem.Wrong) { columns[part.index] = try part.read(request) } catch { wrong.append(error) }
    }
    var count = 1
    var areMany = false
    if takesBody {
      let reader = readers.withLock { $0.popLast() } ?? JSONBodyReader(schema: body)
      defer { readers.withLock { $0.append(reader) } }
      do throws(JSONBodyReader.Problem) {
        let records = try request.body.withBytes { bytes throws(JSONBodyReader.Problem) in
          try reader.read(bytes, form: request.form)
        }
        count = records.rows.count
        areMany = records.areMany
        for (place, index) in bodyInputs.enumerated() { columns[index] = records.rows.columns[place] }
      } catch {
        switch error {
        case .malformed(let detail): throw Problem(.badRequest, detail)
        case .misfits(let misfits): wrong += misfits.map { self.wrong($0) }
        }
      }
    } else {
      for index in bodyInputs { columns[index] = absent(index) }
    }
    guard wrong.isEmpty else {
      var problem = Problem(
        .unprocessableEntity,
        wrong.count == 1
          ? "`\(wrong[0].pointer)`: \(wrong[0].detail)"
          : "\(wrong.count) values do not fit `\(run.interface.record)`")
      problem.errors = wrong
      throw problem
    }
    let rows = columns.map { column -> Column in
      guard let column else { preconditionFailure("a field without a value was reported") }
      return column.count == count ? column : column.repeated(count)
    }
    return (Batch(count: count, columns: rows), areMany)
  }

  /// The value of a field that a request without a body leaves out.
  private func absent(_ index: Int) -> Column {
    let field = run.interface.inputs[index].schema
    return field.defaultValue ?? .absent(field.type, count: 1)
  }

  private func wrong(_ misfit: JSONBodyReader.Misfit) -> Problem.Wrong {
    let isHidden = misfit.column.map { run.interface.inputs[bodyInputs[$0]].isLabelled } ?? false
    return Problem.Wrong(
      pointer: misfit.pointer, part: "body",
      detail: isHidden ? RequestPartReader.hidden : misfit.message)
  }

  private func answer(_ result: CallResult, areMany: Bool, asLines: Bool) throws(Problem) -> Answer {
    let given = result.replies.indices.filter { result.replies[$0].rows.count > 0 }
    guard given.count <= 1 else {
      throw Problem(
        .internalServerError, "the answers \(given.map { "\(result.replies[$0].status)" }) exclude each other"
      )
    }
    let index = given.first ?? 0
    let reply = result.replies[index]
    let isOne = !areMany && run.interface.replies[index].answersOnce
    if isOne, reply.rows.count == 0 {
      // The call itself has not failed: what it writes is written.
      return result.faulted > 0
        ? Problem(.internalServerError, "the record has no answer: it went to `faults`").answer
        : Problem(.notFound, "there is no answer for this record").answer
    }
    if isOne, reply.rows.count > 1 {
      throw Problem(
        .internalServerError,
        "there are \(reply.rows.count) answers for one record; a record in an array may have several")
    }
    var bytes: [UInt8]
    do { bytes = try writers[index].encode(reply.rows) } catch {
      throw Problem(.internalServerError, "the answer can't be written as JSON")
    }
    if asLines { return answer(reply.status, Answer.lines, ByteBuffer(bytes: bytes)) }
    guard !isOne else {
      bytes.removeLast()
      return answer(reply.status, Answer.json, ByteBuffer(bytes: bytes))
    }
    // In JSON a line feed only ends a row.
    var buffer = ByteBufferAllocator().buffer(capacity: bytes.count + 2)
    buffer.writeInteger(UInt8(ascii: "["))
    if !bytes.isEmpty {
      for place in bytes.indices where bytes[place] == UInt8(ascii: "\n") { bytes[place] = UInt8(ascii: ",") }
      buffer.writeBytes(bytes.dropLast())
    }
    buffer.writeInteger(UInt8(ascii: "]"))
    return answer(reply.status, Answer.json, buffer)
  }

  private func answer(_ status: Int, _ type: String, _ body: ByteBuffer) -> Answer {
    Answer(HTTPResponseStatus(statusCode: status), type, body)
  }

  // MARK: - Failures

  func problem(_ failure: CallFailure) -> Problem {
    switch failure {
    case .notReady: return .unavailable("the service is starting: its tables have not been read yet")
    case .tooLate: return .tooLate
    case .refused(let checks):
      var problem = Problem(.unprocessableEntity, "a check of the pipeline does not hold for this call")
      problem.errors = checks.map {
        Problem.Wrong(pointer: "", part: "body", detail: "\($0.description): \($0.found)")
      }
      return problem
    case .fault(let fault):
      tell(failure, at: fault.span)
      return Problem(.internalServerError, "`\(fault.operatorName)` failed: \(fault.message)")
    case .unwritable(let name, _):
      tell(failure, at: nil)
      return .unavailable("`\(name)` can't be written")
    }
  }

  /// Tells whoever runs the service, of each place once: callers may repeat a fault as often as they like.
  private func tell(_ failure: CallFailure, at span: Span?) {
    if let span, !told.withLock({ $0.insert(span).inserted }) { return }
    problems(run.diagnostics(failure), run.sources)
  }
}

extension ByteBuffer {
  /// The bytes that are to be read.
  fileprivate func withBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    let result: Result<R, E> = withUnsafeReadableBytes { bytes in
      do throws(E) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
