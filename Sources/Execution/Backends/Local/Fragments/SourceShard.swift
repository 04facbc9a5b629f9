import Engine
import Synchronization

/// The morsels of a source that fall to one shard: of so many each so manieth. All shards read the source, and each
/// decodes its own part.
final class SourceShard: RowSource {
  private let source: any RowSource
  private let shard: Int
  private let count: Int
  private let found = Mutex(Extent())

  /// How much a source has.
  struct Extent: Hashable, Codable, Sendable {
    var morsels = 0
    var bytes = 0
  }

  init(_ source: any RowSource, shard: Int, of count: Int) {
    self.source = source
    self.shard = shard
    self.count = count
  }

  var size: Int? { source.size.map { $0 / count } }

  /// What has been read so far, of all shards.
  var extent: Extent { found.withLock(\.self) }

  func open() throws -> any MorselReader { Reader(self, try source.open()) }

  private struct Reader: MorselReader {
    let part: SourceShard
    let all: any MorselReader

    init(_ part: SourceShard, _ all: any MorselReader) {
      self.part = part
      self.all = all
    }

    func next() throws -> (any Morsel)? {
      while let morsel = try all.next() {
        let number = part.found.withLock { found in
          found.bytes += morsel.size
          found.morsels += 1
          return found.morsels - 1
        }
        if number % part.count == part.shard { return morsel }
      }
      return nil
    }
  }
}
