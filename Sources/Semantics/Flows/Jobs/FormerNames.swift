import Diagnosing
import Syntax

extension FlowChecker {
  /// `@was("old")` before a statement: the state of its operators goes on under its new name.
  func annotations(of statement: Statement) {
    var seen = false
    for annotation in statement.annotations {
      guard annotation.name.text == "was" else {
        report(.unknownAnnotation(annotation.name, candidates: ["was"]))
        continue
      }
      if seen {
        report(.repeatedAnnotation(annotation))
        continue
      }
      seen = true
      former(annotation, of: statement)
    }
  }

  private func former(_ annotation: Annotation, of statement: Statement) {
    guard let name = statement.identity else {
      report(.namelessStatement(at: annotation.span))
      return
    }
    guard let argument = annotation.arguments?.first, annotation.arguments?.count == 1, argument.label == nil,
      case .string(let parts) = argument.value.kind, parts.count == 1, case .text(let old) = parts[0]
    else {
      report(.formerNameText(at: annotation.span))
      return
    }
    if let first = jobs.formerNames.first(where: { $0.old == old }) {
      report(.formerNameTwice(old, at: argument.value.span, first: first.span))
      return
    }
    jobs.formerNames.append((old: old, new: name.text, span: argument.value.span))
    body.formerNames[name.text] = old
  }

  /// A former name belongs to no statement that is there.
  func checkFormerNames() {
    for former in jobs.formerNames {
      if let place = taken[former.old] {
        report(
          .formerNameLives(former.old, at: former.span, statement: place, isOwn: former.old == former.new))
      }
    }
  }
}

extension Statement {
  /// The name that is the identity of its operators.
  fileprivate var identity: Identifier? {
    switch kind {
    case .from(let name, _, _), .into(let name, _, _, _): name
    case .bind(let names, _, _): names.first
    default: nil
    }
  }
}
