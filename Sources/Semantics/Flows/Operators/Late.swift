import Diagnosing
import Syntax

// What operators share whose rows may come late, or fail: two results, or a word that says where the second goes.

extension FlowChecker {
  /// What `late:` or `failed:` says; both results are bound where nothing is said.
  func secondResult(_ label: String, _ arguments: CallArguments, of name: Identifier) -> SecondResult {
    guard let option = arguments[label] else { return .bound }
    let word = word(option, option: "\(label):", of: name.text, among: ["discard", "fail"])
    return word == "fail" ? .fail : .discard
  }

  /// Reports a `late:` where nothing can be late.
  func reportLate(_ arguments: CallArguments, of name: Identifier, needs: String) {
    guard let label = arguments.labelled.first(where: { $0.label.text == "late" })?.label else { return }
    report(.lateWithoutTime(label.span, of: name.text, needs: needs))
  }
}
