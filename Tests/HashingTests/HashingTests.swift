import Hashing
import Testing

@Suite struct HashingTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func `SHA-256 gives the published values`(_ text: String, _ expected: String) {
    #expect(SHA256Hash.hex(text) == expected)
    #expect(SHA256Hash.hex(Array(text.utf8)) == expected)
  }

  @Test func `pieces hash like the whole`() {
    var pieces = SHA256Hash()
    pieces.update("a")
    pieces.update("bc")
    #expect(pieces.hex() == SHA256Hash.hex("abc"))
  }

  @Test func `the frozen hash never changes`() {
    // Values of XXH3_64bits, seed 0, from the reference implementation's command-line tool.
    #expect(hash("") == 0x2D06_8005_38D3_94C2)
    #expect(hash("a") == 0xE6C6_32B6_1E96_4E1F)
    #expect(hash("abc") == 0x78AF_5F94_892F_3950)
    #expect(FrozenHash.hash(0x0000_0000_0063_6261 as UInt64) == hash("abc\0\0\0\0\0"))
    #expect(FrozenHash.combine(1, 2) == FrozenHash.hash((2 as UInt128) << 64 | 1))
  }

  @Test func `shards are even and in range`() {
    var counts = Array(repeating: 0, count: 7)
    for value in 0..<7000 { counts[FrozenHash.shard(of: FrozenHash.hash(UInt64(value)), among: 7)] += 1 }
    #expect(counts.allSatisfy { $0 > 850 && $0 < 1150 })
    #expect(FrozenHash.shard(of: .max, among: 64) == 63)
    #expect(FrozenHash.shard(of: 0, among: 64) == 0)
  }

  @Test func `fractions take nothing at 0 and everything at 1`() {
    #expect(!FrozenHash.isWithin(0, fraction: 0))
    #expect(FrozenHash.isWithin(.max, fraction: 1))
    #expect(FrozenHash.isWithin(.max / 4, fraction: 0.5))
    #expect(!FrozenHash.isWithin(.max / 4 * 3, fraction: 0.5))
  }

  private func hash(_ text: String) -> UInt64 {
    Array(text.utf8).withUnsafeBufferPointer { FrozenHash.hash($0) }
  }
}
