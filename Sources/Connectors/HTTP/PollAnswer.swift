import Columns
import Engine
import Formats

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The rows of one answer: a JSON array of them, or one or more values with nothing but white space between.
struct PollAnswer: Morsel {
  /// By what a server knows whether its answer is still the same.
  struct Validators {
    var tag: String?
    var modified: String?
  }

  let body: [UInt8]
  let address: String
  let schema: TableSchema
  let validators: Validators
  /// When it came, in microseconds since 1970.
  private let time: Int64

  init(body: [UInt8], address: String, schema: TableSchema, validators: Validators) {
    self.body = body
    self.address = address
    self.schema = schema
    self.validators = validators
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    time = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }

  var size: Int { body.count }

  /// Whether it has no row and no mistake.
  var isBlank: Bool { body.allSatisfy { JSONElements.isSpace($0) } }

  func position(ofRow row: Int) -> String { "\(address):\(row + 1)" }

  func decode() throws -> Batch {
    let rows = try decodeFitting()
    if let refused = rows.refused.first { throw refused.fault }
    return rows.batch
  }

  func decodeFitting() throws -> DecodedRows {
    let parser = JSONRowParser(schema: schema)
    var elements = JSONElements(body)
    var fitting: [Int32] = []
    var refused: [RefusedRow] = []
    var count = 0
    while let element = elements.next() {
      let problem = body.withUnsafeBufferPointer { parser.append(UnsafeBufferPointer(rebasing: $0[element])) }
      if let problem {
        let fault = RowFault(position: position(ofRow: count), message: problem)
        refused.append(
          RefusedRow(row: count, fault: fault, text: String(decoding: body[element], as: UTF8.self)))
      } else {
        fitting.append(Int32(truncatingIfNeeded: count))
      }
      count += 1
    }
    if let problem = elements.problem {
      throw RowFault(
        position: address, message: "the answer is no JSON: \(problem)",
        help: "answer with one array of rows, or with a row a line")
    }
    let rows = parser.finish()
    let batch = Batch(count: count, columns: schema.isRecord ? rows.fields : [rows])
    return DecodedRows(refused.isEmpty ? batch : batch.gathered(Buffer(fitting)), refused: refused)
  }

  /// The time, and what the answer is known by.
  var position: String {
    let written = ScalarText.string { ScalarText.writeTimestamp(time, to: $0) }
    return [written, validators.tag ?? "", validators.modified ?? ""].joined(separator: "\t")
  }
}

extension PollAnswer.Validators {
  /// What a position says.
  init(position: String) {
    let parts = position.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    func part(_ index: Int) -> String? { parts.count > index && !parts[index].isEmpty ? parts[index] : nil }
    self.init(tag: part(1), modified: part(2))
  }
}
