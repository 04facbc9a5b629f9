/// Places in a JSON text, written as RFC 6901 has it.
public enum JSONPointer {
  /// A step down, to a member or an element.
  public static func step(_ name: String) -> String {
    var text = "/"
    for character in name.unicodeScalars {
      switch character {
      case "~": text += "~0"
      case "/": text += "~1"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}
