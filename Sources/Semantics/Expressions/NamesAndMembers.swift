import Diagnosing
import Syntax

extension ExpressionChecker {
  /// A name that stands for a value.
  func checkName(_ name: Identifier, in scope: Scope) -> TypedExpression {
    switch scope.lookup(name.text) {
    case .value(let local):
      if local.type == .error { return poison(name.span) }
      if !watched.isEmpty { watched.remove(local.id) }
      return TypedExpression(.local(local), local.type, name.span)
    case .flow(let index):
      return brokenFlows.contains(index) ? poison(name.span) : fail(.flowAsValue(name))
    case .group: return fail(.groupAsValue(name))
    case .broken: return poison(name.span)
    case .hidden, nil: break
    }
    switch module.symbols[name.text] {
    case .broken: return poison(name.span)
    case let symbol?: return fail(.notAValue(name, symbol))
    case nil: break
    }
    if FreeFunction(rawValue: name.text) != nil { return fail(.functionAsValue(name)) }
    if BuiltinTypeName.all[name.text] != nil { return fail(.typeAsValue(name)) }
    if let place = scope.hiddenPlace(of: name.text) {
      return fail(.hiddenName(name, place.word, at: place.span))
    }
    return fail(.unknownName(name, candidates: scope.names + module.symbols.names))
  }

  /// The number of the group that an expression stands for: `g`, `g.where(p)`, `g.window`.
  func group(_ expression: Expression, in scope: Scope) -> Int? {
    switch expression.kind {
    case .name(let name):
      if case .group(let group) = scope.lookup(name.text) { return group }
      return nil
    case .member(let base, let name, isOptional: false) where name.text == "window":
      return group(base, in: scope)
    case .call(let callee, _, _):
      if case .member(let base, let name, isOptional: false) = callee.kind, name.text == "where" {
        return group(base, in: scope)
      }
      return nil
    default: return nil
    }
  }

  /// What a part of a group stands for; the flow checker knows.
  func resolve(_ use: GroupUse, in scope: Scope, _ want: Want) -> TypedExpression {
    guard let groups else { return poison(use.span) }
    return groups.resolve(use, in: scope, expecting: want.type, checker: self)
  }

  /// The imported file that an expression names.
  func namespace(_ expression: Expression, in scope: Scope) -> Module? {
    guard case .name(let name) = expression.kind, scope.lookup(name.text) == nil,
      case .namespace(let other)? = module.symbols[name.text]
    else { return nil }
    return other
  }

  /// `base.name` without parentheses: a field, `.raw`, a part of a group.
  func checkMember(
    _ base: Expression, _ name: Identifier, isOptional: Bool, _ span: Span, in scope: Scope, _ want: Want
  ) -> TypedExpression {
    if let group = group(base, in: scope) {
      let use = GroupUse(group: group, base: base, member: name, arguments: nil, span: span)
      return resolve(use, in: scope, want)
    }
    if let other = namespace(base, in: scope) { return qualifiedName(name, in: other) }
    if let type = enumeration(base, in: scope) { return fail(.caseWithType(type, name, at: span)) }
    return withReceiver(base, isOptional: isOptional, name, span, in: scope) { receiver in
      self.field(name, of: receiver, span)
    }
  }

  private func qualifiedName(_ name: Identifier, in other: Module) -> TypedExpression {
    guard let symbol = other.symbols.declared(name.text) else {
      return fail(.notDeclaredIn(name, path: other.path, candidates: other.symbols.declaredNames))
    }
    if case .broken = symbol { return poison(name.span) }
    return fail(.notAValue(name, symbol))
  }

  private func enumeration(_ base: Expression, in scope: Scope) -> EnumType? {
    guard case .name(let name) = base.kind, scope.lookup(name.text) == nil,
      case .enumeration(let type)? = module.symbols[name.text]
    else { return nil }
    return type
  }

  /// Reads the receiver of `.name` or `?.name` and gives what `use` makes of the present value: the result
  /// of `?.` is absent where the receiver is.
  func withReceiver(
    _ base: Expression, isOptional: Bool, _ name: Identifier, _ span: Span, in scope: Scope,
    use: (TypedExpression) -> TypedExpression
  ) -> TypedExpression {
    let receiver = operand(base, in: scope)
    if receiver.type == .error { return poison(span) }
    if isOptional {
      guard case .optional(let inner) = receiver.type else {
        return fail(.optionalMemberOfPresent(receiver, name))
      }
      let local = makeLocal("present", inner)
      let value = use(TypedExpression(.local(local), inner, base.span))
      if value.type == .error { return value }
      let type = value.type.asOptional
      return TypedExpression(
        .ifPresent(
          local, receiver, then: coerced(value, to: type),
          otherwise: TypedExpression(.literal(.none), type, span)), type, span)
    }
    if receiver.type.isOptional { return fail(.memberOfAbsent(receiver, name)) }
    return use(receiver)
  }

  private func field(_ name: Identifier, of receiver: TypedExpression, _ span: Span) -> TypedExpression {
    switch receiver.type {
    case .record(let record):
      if let index = record.index(of: name.text) {
        let type = record.fields[index].type
        if type == .error { return poison(span) }
        return TypedExpression(.field(receiver, index), type, span)
      }
    case .row(let row):
      if let index = row.names.firstIndex(of: name.text) {
        if row.types[index] == .error { return poison(span) }
        return TypedExpression(.field(receiver, index), row.types[index], span)
      }
    case .distinct(let type) where name.text == "raw":
      return TypedExpression(.rewrap(receiver), type.raw, span)
    default: break
    }
    if StandardLibrary.function(name.text, of: receiver.type) != nil {
      return fail(.functionWithoutCall(name, receiver.type))
    }
    return fail(.unknownMember(name, of: receiver.type))
  }

  /// `base[index]`: a list's element (which may not exist), a map's value, a part of a `Json`.
  func checkIndex(_ base: Expression, _ index: Expression, _ span: Span, in scope: Scope) -> TypedExpression {
    let receiver = operand(base, in: scope)
    switch receiver.type {
    case .error:
      _ = operand(index, in: scope)
      return poison(span)
    case .list(let element):
      let position = check(index, in: scope, expecting: .int)
      markFallible(span, .index)
      return TypedExpression(.builtin(.listIndex, [receiver, position], []), element, span)
    case .map(let value):
      let key = check(index, in: scope, expecting: .string)
      return TypedExpression(.builtin(.mapIndex, [receiver, key], []), value.asOptional, span)
    case .json:
      let key = check(index, in: scope, expecting: .string)
      return TypedExpression(.builtin(.jsonIndex, [receiver, key], []), .optional(.json), span)
    case .optional: return fail(.mayBeAbsent(receiver, use: "indexed"))
    default: return fail(.notIndexable(receiver))
    }
  }
}

extension RecordType {
  /// The position of a field.
  public func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }
}
