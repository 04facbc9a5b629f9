import Columns
import Diagnosing
import Semantics

// What is evaluated for some rows only. A branch that no row takes is not evaluated; one that all rows take is
// evaluated in place. Else a cheap branch is computed for all rows, and what failed elsewhere is forgotten; a
// dear one sees its own rows, gathered. So an untaken branch neither fails nor faults.

extension ExpressionContext {
  func conditional(_ condition: Step, _ then: Step, _ otherwise: Step) -> Step {
    Step(cost: condition.cost + then.cost + otherwise.cost + 2) { scope in
      let holds = condition.evaluate(scope)
      if holds.isConstant { return (holds.column.bits[0] ? then : otherwise).evaluate(scope) }
      return branch(scope, holds.column.bits, then, otherwise)
    }
  }

  /// The local holds the subject's value in `then`.
  func ifPresent(
    _ local: Local, _ subject: Step, _ then: TypedExpression, _ otherwise: TypedExpression, _ type: Type
  ) -> Step {
    let path = declare(local)
    let then = compile(then, as: type)
    let otherwise = compile(otherwise, as: type)
    return Step(cost: subject.cost + then.cost + otherwise.cost + 2) { scope in
      let datum = subject.evaluate(scope)
      guard let present = datum.column.validity else {
        scope.bind(path, datum)
        return then.evaluate(scope)
      }
      scope.bind(path, datum.with(datum.column.assumingPresent))
      if datum.isConstant { return (present[0] ? then : otherwise).evaluate(scope) }
      return branch(scope, present, then, otherwise)
    }
  }

  /// The value, or the fallback where the value fails; a fault stays one.
  func cover(_ value: Step, _ fallback: Step) -> Step {
    let result = layout.addRoot()
    return Step(cost: value.cost + fallback.cost + 2) { scope in
      let mark = scope.failures.count
      let wasQuiet = scope.isQuiet
      scope.isQuiet = true
      let datum = value.evaluate(scope)
      scope.isQuiet = wasQuiet
      guard scope.failures.count > mark else { return datum }
      let rows = firstOfEachRow(Array(scope.failures[mark...]))
      scope.failures.removeSubrange(mark...)
      let succeeded = Bitmap(repeating: true, count: scope.count)
      var isFaultless = true
      for failure in rows {
        if failure.kind == .fault {
          scope.failures.append(failure)
          isFaultless = false
        } else {
          succeeded.words.base[Int(failure.row) >> 6] &= ~(1 << UInt64(failure.row & 63))
        }
      }
      if succeeded.isEmpty { return fallback.evaluate(scope) }
      if succeeded.isFull, !isFaultless { return datum }
      scope.bind(result, datum)
      return branch(scope, succeeded, Step(path: result), fallback)
    }
  }

  /// Has no value: each row fails with its message.
  func fail(_ message: Step, _ type: Type, _ span: Span) -> Step {
    let value = Datum(constant: .zeros(ColumnType(type), count: 1))
    return Step(cost: Step.dear) { scope in
      let datum = message.evaluate(scope)
      let texts = datum.column.texts
      let constant = datum.isConstant && !scope.isQuiet ? texts[0].string : ""
      let extent = Extent(count: scope.count, isConstant: false)
      for row in 0..<scope.count {
        scope.fail(extent, row, at: span, datum.isConstant ? constant : texts[row].string)
      }
      return value
    }
  }

  /// The first arm that fits; the arms are exhaustive.
  func match(_ subject: TypedExpression, _ arms: [TypedArm], _ type: Type) -> Step {
    let node = compile(subject)
    var locals: [Int] = []
    var tests: [[PatternTest]] = []
    for arm in arms {
      var accepted: [PatternTest] = []
      for pattern in arm.patterns {
        switch pattern {
        case .enumCase(let index): accepted.append(.enumCase(Int32(truncatingIfNeeded: index)))
        case .literal(let literal):
          accepted.append(.equals(Datum(constant: literal.column(of: subject.type))))
        case .none: accepted.append(.absent)
        case .otherwise: accepted.append(.anything)
        case .present(let local):
          locals.append(declare(local))
          accepted.append(.present)
        }
      }
      tests.append(accepted)
    }
    let values = arms.map { compile($0.value, as: type) }
    let cost = values.reduce(0) { $0 + $1.cost }
    let armTests = tests
    let bound = locals
    return Step(cost: node.cost + cost + 2 * arms.count) { scope in
      let datum = node.evaluate(scope)
      for path in bound { scope.bind(path, datum.with(datum.column.assumingPresent)) }
      let extent = scope.extent(datum)
      let choice = chooseArms(datum.column, extent.count, armTests)
      if extent.isConstant { return values[Int(choice[0])].evaluate(scope) }
      return branches(scope, choice, values, areCheap: cost <= Step.cheap)
    }
  }
}

/// What a match arm asks of a value.
private enum PatternTest: Sendable {
  case enumCase(Int32)
  case equals(Datum)
  case absent
  case present
  case anything
}

/// The arm of each row: the first of which a test holds.
private func chooseArms(_ column: Column, _ count: Int, _ arms: [[PatternTest]]) -> Buffer<UInt32> {
  let last = UInt32(truncatingIfNeeded: arms.count - 1)
  let choice = Buffer<UInt32>(repeating: last, count: count)
  // From the last arm to the first, so that the first that fits stays.
  for (index, tests) in arms.enumerated().reversed() {
    let arm = UInt32(truncatingIfNeeded: index)
    for test in tests {
      switch test {
      case .anything: for row in 0..<count { choice.base[row] = arm }
      case .absent: for row in 0..<count where !column.isPresent(row) { choice.base[row] = arm }
      case .present: for row in 0..<count where column.isPresent(row) { choice.base[row] = arm }
      case .enumCase(let value):
        let values = column.int32s.base
        for row in 0..<count where values[row] == value && column.isPresent(row) { choice.base[row] = arm }
      case .equals(let literal):
        let equal = equalRows(Datum(column), literal, count)
        for row in 0..<count where equal[row] { choice.base[row] = arm }
      }
    }
  }
  return choice
}

/// `then` where the bit is set, `otherwise` elsewhere.
func branch(_ scope: Scope, _ mask: Bitmap, _ then: Step, _ otherwise: Step) -> Datum {
  if mask.isFull { return then.evaluate(scope) }
  if mask.isEmpty { return otherwise.evaluate(scope) }
  let isCheap = then.cost + otherwise.cost <= Step.cheap
  if isCheap {
    let first = evaluate(then, scope, where: mask)
    let second = evaluate(otherwise, scope, where: mask.inverted)
    return Datum(blended(first, second, mask))
  }
  let choices = Choices(
    source: Buffer(uninitialized: scope.count), row: Buffer(uninitialized: scope.count))
  let first = evaluate(then, scope, rows: mask, source: 0, into: choices)
  let second = evaluate(otherwise, scope, rows: mask.inverted, source: 1, into: choices)
  return Datum(.interleaved([first, second], choices))
}

/// Each row has the value of its branch.
private func branches(
  _ scope: Scope, _ choice: Buffer<UInt32>, _ values: [Step], areCheap: Bool
) -> Datum {
  guard scope.count > 0 else { return values[values.count - 1].evaluate(scope) }
  var used = [Int](repeating: 0, count: values.count)
  for row in 0..<scope.count { used[Int(choice.base[row])] += 1 }
  if let all = used.firstIndex(of: scope.count) { return values[all].evaluate(scope) }
  let choices = Choices(source: choice, row: Buffer(uninitialized: scope.count))
  var columns: [Column?] = values.map { _ in nil }
  for (index, node) in values.enumerated() where used[index] > 0 {
    let arm = UInt32(truncatingIfNeeded: index)
    let mask = Bitmap(count: scope.count) { choice.base[$0] == arm }
    columns[index] = evaluate(node, scope, rows: mask, source: arm, into: choices, inPlace: areCheap)
  }
  guard let any = columns.compactMap({ $0 }).first else { return values[0].evaluate(scope) }
  return Datum(.interleaved(columns.map { $0 ?? any }, choices))
}

/// The node over all rows, forgetting what failed outside of `mask`.
private func evaluate(_ node: Step, _ scope: Scope, where mask: Bitmap) -> Datum {
  let mark = scope.failures.count
  let datum = node.evaluate(scope)
  scope.keepFailures(since: mark, in: mask)
  return datum
}

/// The node over the rows of `mask`; notes for each where its value lies in the result.
private func evaluate(
  _ node: Step, _ scope: Scope, rows mask: Bitmap, source: UInt32, into choices: Choices,
  inPlace: Bool = false
) -> Column {
  let rows = mask.setIndices()
  let datum: Datum
  // A whole column that is only read needs no copy.
  let isPacked = !inPlace && node.path == nil
  if isPacked {
    datum = scope.narrowed(to: rows) { node.evaluate($0) }
  } else {
    datum = evaluate(node, scope, where: mask)
  }
  for index in 0..<rows.count {
    let row = Int(rows.base[index])
    choices.source.base[row] = source
    choices.row.base[row] =
      datum.isConstant ? 0 : isPacked ? Int32(truncatingIfNeeded: index) : rows.base[index]
  }
  return datum.column
}

/// The first's value where the bit is set, the second's elsewhere.
private func blended(_ first: Datum, _ second: Datum, _ mask: Bitmap) -> Column {
  // `x?.field` and its like: absent outside of the mask.
  if second.isConstant, second.column.validity != nil, !first.isConstant {
    return first.column.masked(by: mask)
  }
  if first.isConstant, first.column.validity != nil, !second.isConstant {
    return second.column.masked(by: mask.inverted)
  }
  let count = mask.count
  var validity: Bitmap?
  if first.column.validity != nil || second.column.validity != nil {
    validity = Bitmap(count: count) { row in
      mask[row] ? first.column.isPresent(first.place(row)) : second.column.isPresent(second.place(row))
    }
  }
  switch (first.column.storage, second.column.storage) {
  case (.bits(let a), .bits(let b)):
    let bits = Buffer<UInt64>(uninitialized: mask.words.count)
    for word in 0..<bits.count {
      let yes = first.isConstant ? (a[0] ? ~0 : 0) : a.words.base[word]
      let no = second.isConstant ? (b[0] ? ~0 : 0) : b.words.base[word]
      let chosen = mask.words.base[word]
      bits.base[word] = yes & chosen | no & ~chosen
    }
    if count % 64 != 0 { bits.base[bits.count - 1] &= (1 << UInt64(count % 64)) - 1 }
    return Column(count: count, validity: validity, storage: .bits(Bitmap(words: bits, count: count)))
  case (.int32(let a), .int32(let b)):
    return Column(count: count, validity: validity, storage: .int32(blend(a, first, b, second, mask)))
  case (.int64(let a), .int64(let b)):
    return Column(count: count, validity: validity, storage: .int64(blend(a, first, b, second, mask)))
  case (.float64(let a), .float64(let b)):
    return Column(count: count, validity: validity, storage: .float64(blend(a, first, b, second, mask)))
  case (.int128(let a), .int128(let b)):
    return Column(count: count, validity: validity, storage: .int128(blend(a, first, b, second, mask)))
  default:
    let choices = Choices(source: Buffer(uninitialized: count), row: Buffer(uninitialized: count))
    for row in 0..<count {
      let isFirst = mask[row]
      choices.source.base[row] = isFirst ? 0 : 1
      choices.row.base[row] =
        Int32(truncatingIfNeeded: isFirst ? first.place(row) : second.place(row))
    }
    return .interleaved([first.column, second.column], choices)
  }
}

private func blend<Value>(
  _ a: Buffer<Value>, _ first: Datum, _ b: Buffer<Value>, _ second: Datum, _ mask: Bitmap
) -> Buffer<Value> {
  let result = Buffer<Value>(uninitialized: mask.count)
  let left = first.isConstant ? 0 : 1
  let right = second.isConstant ? 0 : 1
  for row in 0..<mask.count {
    result.base[row] = mask[row] ? a.base[row * left] : b.base[row * right]
  }
  return result
}
