public import Columns

/// Reads JSON texts that lie in one buffer, such as the messages of a queue: a row each.
public struct JSONTextsReader: Sendable {
  private let plan: JSONPlan

  /// Reads values that fit `schema`.
  /// - Parameter needed: Which columns anything reads; the others are validated, but come as `structure([])`. All of
  ///   them when nil.
  public init(schema: TableSchema, needed: [Bool]? = nil) {
    plan = JSONPlan(name: "", schema: schema, refusesUnknown: false, needed: needed)
  }

  /// Decodes and validates the rows, in order. A text may have several lines.
  /// - Parameters:
  ///   - bytes: A zero stands behind each text, and 64 bytes past the last can be read.
  ///   - texts: nil where there is none, which is no row either.
  ///   - leavesOut: Whether texts that do not fit are left out; else the first is thrown.
  ///   - position: The place of a text, for messages.
  public func decode(
    _ bytes: Buffer<UInt8>, _ texts: [Range<Int>?], leavesOut: Bool, position: (Int) -> String
  ) throws(RowFault) -> DecodedRows {
    let context = JSONContext(refusesUnknown: plan.refusesUnknown)
    let root = JSONColumn(plan.root, context: context, capacity: texts.count)
    let isUTF8 = UTF8Check.isValid(bytes.base, bytes.count)
    var refused: [RefusedRow] = []
    for (index, range) in texts.enumerated() {
      let text = range.map { UnsafeBufferPointer(rebasing: bytes.values[$0]) }
      let kept = root.count
      do throws(Misfit) { try read(text, root, context, isUTF8: isUTF8) } catch {
        let fault = RowFault(
          position: position(index), column: context.pathText, message: error.message, help: error.help)
        guard leavesOut else { throw fault }
        let shown = text.map { String(decoding: $0, as: UTF8.self) } ?? ""
        refused.append(RefusedRow(row: index, fault: fault, text: shown))
        context.reset()
        root.truncate(to: kept)
      }
    }
    return DecodedRows(plan.batch(root, owners: context.owners(bytes)), refused: refused)
  }

  private struct Misfit: Error {
    let message: String
    var help: String?
  }

  private func read(
    _ text: UnsafeBufferPointer<UInt8>?, _ root: JSONColumn, _ context: JSONContext, isUTF8: Bool
  ) throws(Misfit) {
    guard let text, let start = text.baseAddress else {
      throw Misfit(message: "expected JSON, found no value")
    }
    if text.isEmpty { throw Misfit(message: "expected JSON, found an empty text") }
    guard isUTF8 || UTF8Check.isValid(start, text.count) else {
      throw Misfit(message: "expected text in UTF-8, found \(Wording.quoted(text))")
    }
    var scanner = JSONScanner(start, spansLines: true)
    do throws(JSONIssue) {
      scanner.skipSpaces()
      try root.read(&scanner)
      scanner.skipSpaces()
      guard scanner.place == start + text.count else { throw .trailing }
    } catch {
      let (message, help) = context.message(error, at: scanner.place)
      let isCut = error == .end || error == .unterminatedString
      throw Misfit(message: message, help: isCut ? "a text holds one whole JSON value" : help)
    }
  }
}
