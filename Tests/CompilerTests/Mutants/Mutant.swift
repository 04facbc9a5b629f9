import Diagnosing
import Syntax

/// A valid program with one thing broken.
struct Mutant: Sendable {
  /// What was done, and to what.
  let change: String
  /// Which of the rules made it.
  let rule: String
  /// Where, in the valid program.
  let line: Int
  /// The whole broken program.
  let text: String
}

/// A valid program, and the ways to break it: each breaks its meaning, not only its looks, so a compiler that knows
/// what the program means finds it.
struct MutantMaker {
  private let file: SourceFile
  private let tree: SyntaxTree
  private(set) var mutants: [Mutant] = []

  init(_ text: String) {
    var sources = SourceMap()
    file = sources.add(path: "a.thal", bytes: Array(text.utf8))
    tree = parse(file).tree
    var open = [Place(node: tree.root, ancestors: [])]
    while let place = open.popLast() {
      visit(place)
      for child in place.node.children.reversed() {
        open.append(Place(node: child, ancestors: place.ancestors + [place.node]))
      }
    }
  }

  /// A node and what is around it, the root first.
  private struct Place {
    let node: SyntaxNode
    let ancestors: [SyntaxNode]
    var parent: SyntaxNode? { ancestors.last }
  }

  private mutating func visit(_ place: Place) {
    renameUse(place)
    drop(place)
    uncover(place)
    retype(place)
    unlabel(place)
    swapArguments(place)
  }

  // MARK: Rules

  /// A name that is used becomes one that nothing has.
  private mutating func renameUse(_ place: Place) {
    let token: SyntaxToken?
    switch place.node.kind {
    case .nameExpression: token = place.node.firstToken
    case .memberExpression: token = place.node.tokens.last
    case .namedType: token = place.node.tokens.last { $0.kind == .typeName }
    case .enumCaseExpression: token = place.node.tokens.last
    case .argument: token = place.node.tokens.first { $0.kind == .colon } == nil ? nil : place.node.firstToken
    case .fieldInitializer:
      // The fields of a `row` are named where they are made.
      let isRow = place.ancestors.dropLast().last?.kind == .rowExpression
      let hasName = place.node.tokens.contains { $0.kind == .colon }
      token = hasName && !isRow ? place.node.firstToken : nil
    default: token = nil
    }
    guard let token, token.kind == .name || token.kind == .typeName else { return }
    let fresh = token.kind == .name ? "mutant_name" : "MutantName"
    replace(token.span, by: fresh, "rename", "`\(token.text)` to `\(fresh)`")
  }

  /// Something that is needed is not there: a declaration that another names, a field of a construction, a
  /// positional argument, an arm of a `match`, a source or a `let`.
  private mutating func drop(_ place: Place) {
    switch place.node.kind {
    case .recordDeclaration, .enumDeclaration, .typeDeclaration, .functionDeclaration, .taskDeclaration,
      .labelDeclaration:
      let names = place.node.tokens.filter { $0.kind == .name || $0.kind == .typeName }.map(\.text)
      guard let name = names.last(where: { !["record", "enum", "type", "label", "task"].contains($0) }),
        uses(of: name) > 1
      else { return }
      replace(place.node.span, by: "", "drop", "the declaration of `\(name)`")
    case .fromStatement, .letStatement:
      guard place.ancestors.contains(where: { $0.kind == .pipelineDeclaration }) else { return }
      let names = place.node.tokens.filter { $0.kind == .name }.map(\.text)
      guard let name = names.last(where: { !["from", "let"].contains($0) }), uses(of: name) > 1 else {
        return
      }
      replace(place.node.span, by: "", "drop", "the statement that makes `\(name)`")
    case .fieldInitializer:
      guard place.ancestors.dropLast().last?.kind == .constructExpression,
        !place.node.tokens.contains(where: { $0.kind == .ellipsis }),
        !siblings(place).contains(where: isSpread)
      else { return }
      removeItem(place, "the field `\(place.node.firstToken?.text ?? "")`")
    case .argument:
      guard place.parent?.kind == .argumentList, !place.node.tokens.contains(where: { $0.kind == .colon })
      else { return }
      removeItem(place, "an argument")
    case .matchArm:
      let isElse = place.node.firstChild?.firstToken?.kind == .elseKeyword
      guard !isElse, !siblings(place).contains(where: { $0.firstChild?.firstToken?.kind == .elseKeyword })
      else { return }
      removeItem(place, "an arm")
    default: break
    }
  }

  /// What may fail loses its cover: `else` and what follows, or `try`.
  private mutating func uncover(_ place: Place) {
    switch place.node.kind {
    case .binaryExpression:
      guard let word = place.node.tokens.first(where: { $0.kind == .elseKeyword }) else { return }
      replace(Span(file.id, word.span.start, place.node.span.end), by: "", "uncover", "`else`")
    case .tryExpression:
      guard let word = place.node.firstToken else { return }
      replace(word.span, by: "", "uncover", "`try`")
    case .result:
      guard let mark = place.node.tokens.first(where: { $0.kind == .exclamation }) else { return }
      replace(mark.span, by: "", "uncover", "the `!` of a result")
    default: break
    }
  }

  /// A parameter or result takes a type of its own, which nothing else has.
  private mutating func retype(_ place: Place) {
    guard place.node.kind == .namedType || place.node.kind == .optionalType else { return }
    let kinds: [NodeKind] = [.parameter, .result]
    guard let parent = place.parent, kinds.contains(parent.kind),
      place.ancestors.contains(where: { $0.kind == .functionDeclaration }), !isFlow(place.node)
    else { return }
    if parent.kind == .parameter {
      // A parameter that is only handed on as it is says nothing about its type.
      guard let name = parent.firstToken?.text, uses(of: name) > 1 else { return }
    }
    replace(place.node.span, by: "MutantType", "retype", "`\(text(place.node.span))` to a type of its own")
  }

  /// What keeps a label inside is taken away: `allow`, `mask`, the label of what a labelled value goes into.
  private mutating func unlabel(_ place: Place) {
    switch place.node.kind {
    case .argument where place.node.firstToken?.text == "allow":
      removeItem(place, "`allow:`", rule: "unlabel")
    case .callExpression:
      guard place.node.firstToken?.text == "mask", let list = place.node.child(.argumentList),
        let argument = list.firstChild
      else { return }
      replace(place.node.span, by: "(\(text(argument.span)))", "unlabel", "`mask`")
    default: break
    }
  }

  /// Two positional arguments of a function trade places, where their parameters have other types.
  private mutating func swapArguments(_ place: Place) {
    guard place.node.kind == .callExpression, let callee = place.node.firstToken?.text,
      let list = place.node.child(.argumentList), let types = parameterTypes(of: callee)
    else { return }
    let arguments = list.children.filter { !$0.tokens.contains { $0.kind == .colon } }
    for index in arguments.indices.dropLast()
    where index + 1 < types.count && types[index] != types[index + 1] {
      let (first, second) = (arguments[index].span, arguments[index + 1].span)
      let between = text(Span(file.id, first.end, second.start))
      replace(
        Span(file.id, first.start, second.end), by: text(second) + between + text(first), "swap",
        "two arguments of `\(callee)`")
    }
  }

  // MARK: Helpers

  private func text(_ span: Span) -> String {
    String(decoding: file.bytes[Int(span.start)..<Int(span.end)], as: UTF8.self)
  }

  private func siblings(_ place: Place) -> [SyntaxNode] { place.parent.map { Array($0.children) } ?? [] }

  private func isSpread(_ node: SyntaxNode) -> Bool { node.tokens.contains { $0.kind == .ellipsis } }

  private func isFlow(_ type: SyntaxNode) -> Bool {
    ["Flow", "Table", "Stream", "Request"].contains(type.firstToken?.text ?? "")
  }

  /// How often a word stands in the program.
  private func uses(of name: String) -> Int {
    tree.tokens.indices.count { tree.token($0).text == name }
  }

  /// The types of a function's parameters, as written.
  private func parameterTypes(of name: String) -> [String]? {
    for node in tree.root.children where node.kind == .functionDeclaration {
      guard node.tokens.contains(where: { $0.text == name }), let list = node.child(.parameterList) else {
        continue
      }
      return list.children.compactMap { parameter in
        let isLabelled = parameter.tokens.contains { $0.kind == .equals }
        return isLabelled ? nil : parameter.firstChild.map { text($0.span) }
      }
    }
    return nil
  }

  /// Takes an item of a list away with its comma.
  private mutating func removeItem(_ place: Place, _ what: String, rule: String = "drop") {
    var span = place.node.span
    if let list = place.parent {
      let commas = list.tokens.filter { $0.kind == .comma }
      if let after = commas.first(where: { $0.span.start >= span.end }) {
        span = Span(file.id, span.start, after.span.end)
      } else if let before = commas.last(where: { $0.span.end <= span.start }) {
        span = Span(file.id, before.span.start, span.end)
      }
    }
    replace(span, by: "", rule, what)
  }

  private mutating func replace(_ span: Span, by text: String, _ rule: String, _ what: String) {
    var bytes = file.bytes
    bytes.replaceSubrange(Int(span.start)..<Int(span.end), with: text.utf8)
    bytes += Array("\ntype MutantType = Uuid\n".utf8)
    mutants.append(
      Mutant(
        change: "\(rule) \(what)", rule: rule, line: file.position(of: span.start).line,
        text: String(decoding: bytes, as: UTF8.self)))
  }
}

extension SyntaxNode {
  fileprivate var firstChild: SyntaxNode? { children.first { _ in true } }
}
