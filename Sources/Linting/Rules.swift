import Diagnosing

/// All rules.
public enum Rules {
  /// By code.
  public static let all: [Rule] = (suppression + correctness + performance + robustness + style)
    .sorted { $0.code.text < $1.code.text }

  private static let byName: [String: Rule] = Dictionary(
    all.flatMap { [($0.code.text.lowercased(), $0), ($0.name, $0)] }, uniquingKeysWith: { first, _ in first })

  /// The rule of a code, in any case, or of a name.
  public static func rule(_ text: String) -> Rule? { byName[text.lowercased()] }

  private static let suppression: [Rule] = [.allowWithoutReason, .uselessAllow, .unknownAllow]
}
