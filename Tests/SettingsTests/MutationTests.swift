import Diagnosing
import Settings
import Testing

/// Whatever is done to a project file, reading it ends, in settings or in diagnostics whose places lie in it.
struct MutationTests {
  @Test(arguments: Cases.names)
  func `a mutated project file is read or told about`(name: String) throws {
    let bytes = try Cases.bytes(name)
    for seed in 1...150 {
      var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
      func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(1, bound)
      }
      var mutant = bytes
      for _ in 0...next(4) where !mutant.isEmpty {
        let start = next(mutant.count)
        let end = min(mutant.count, start + 1 + next(6))
        switch next(4) {
        case 0: mutant.removeSubrange(start..<end)
        case 1: mutant.insert(contentsOf: mutant[start..<end], at: next(mutant.count))
        case 2: mutant[start] = Array("{}[]:,-'\"\n \t$&*!#".utf8)[next(17)]
        default: mutant.insert(contentsOf: bytes[min(start, bytes.count)..<min(end, bytes.count)], at: 0)
        }
      }
      for diagnostic in read(mutant).read.everything {
        for span in [diagnostic.span] + diagnostic.labels.map(\.span)
          + diagnostic.fixes.flatMap(\.edits).map(\.span)
        {
          #expect(span.start <= span.end && span.end <= mutant.count, "\(diagnostic.message)")
        }
      }
    }
  }
}
