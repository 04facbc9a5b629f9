/// A text cut into words and signs, to be put together otherwise.
struct Words {
  private let words: [Substring]

  init(_ text: String) {
    var words: [Substring] = []
    var start = text.startIndex
    func isLetter(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "_"
    }
    while start < text.endIndex {
      var end = text.index(after: start)
      if isLetter(text[start]) {
        while end < text.endIndex, isLetter(text[end]) { end = text.index(after: end) }
      }
      words.append(text[start..<end])
      start = end
    }
    self.words = words
  }

  /// One to three words dropped, doubled or put in another's place.
  func mutated(_ seed: UInt64) -> String {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var changed = words
    for _ in 0...next(3) {
      let place = next(changed.count)
      switch next(3) {
      case 0: changed.remove(at: place)
      case 1: changed.insert(changed[place], at: place)
      default: changed[place] = words[next(words.count)]
      }
    }
    return changed.joined()
  }
}
