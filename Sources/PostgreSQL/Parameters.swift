/// The values of a statement, as libpq takes them.
struct Parameters {
  private let types: [TypeID]
  private let values: [[UInt8]?]

  init(_ values: [any PostgreSQLValue]) {
    types = values.map { Swift.type(of: $0).type }
    self.values = values.map(\.bytes)
  }

  /// Gives `body` the types, the places of the values, their lengths and forms.
  func withPointers<Result>(
    _ body: ([UInt32], [UnsafePointer<CChar>?], [Int32], [Int32]) -> Result
  ) -> Result {
    // One block for all values, as empty arrays have no address and an absent value must have none.
    let block = UnsafeMutableRawBufferPointer.allocate(
      byteCount: values.reduce(0) { $0 + ($1?.count ?? 0) + 1 }, alignment: 1)
    defer { block.deallocate() }
    var used = 0
    let places = values.map { value -> UnsafePointer<CChar>? in
      guard let value, let base = block.baseAddress else { return nil }
      let place = base + used
      place.copyMemory(from: value, byteCount: value.count)
      place.storeBytes(of: 0, toByteOffset: value.count, as: UInt8.self)
      used += value.count + 1
      return UnsafePointer(place.assumingMemoryBound(to: CChar.self))
    }
    return body(
      types.map(\.rawValue), places, values.map { Int32($0?.count ?? 0) }, types.map { $0 == .open ? 0 : 1 })
  }

  /// Names the types: one prepared statement serves all values of the same.
  var signature: String { types.map { "\($0.rawValue)" }.joined(separator: ",") }
}
