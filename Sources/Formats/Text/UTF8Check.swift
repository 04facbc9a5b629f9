import CSimdJSON

enum UTF8Check {
  static func isValid(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool { csimdjson_is_utf8(start, count) }
}
