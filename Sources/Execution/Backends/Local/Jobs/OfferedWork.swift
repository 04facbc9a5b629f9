import Foundation

/// What a worker is asked to do for the owner of a run, which both have the program of.
enum OfferedWork: Codable, Sendable {
  case call(CallWork)
  case fragment(FragmentWork)

  /// The same in every process.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let data = try? encoder.encode(self) else { preconditionFailure("texts can be encoded") }
    return String(decoding: data, as: UTF8.self)
  }

  init(json: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(json.utf8)) }
}
