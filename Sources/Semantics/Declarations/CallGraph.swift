import Syntax

/// Which functions call which, to find circles.
struct CallGraph {
  /// Groups of functions that reach each other and themselves, each in order of declaration.
  private(set) var circles: [[Int]] = []

  /// `calls[f]` are the functions that `f` calls.
  init(_ calls: [[Int]]) {
    // Tarjan's algorithm, without recursion: chains of calls may be long.
    var index = [Int](repeating: -1, count: calls.count)
    var low = [Int](repeating: 0, count: calls.count)
    var isOpen = [Bool](repeating: false, count: calls.count)
    var open: [Int] = []
    var count = 0
    for start in calls.indices where index[start] < 0 {
      var path = [(function: start, next: 0)]
      while let (function, next) = path.last {
        if next == 0 {
          index[function] = count
          low[function] = count
          count += 1
          open.append(function)
          isOpen[function] = true
        }
        if next < calls[function].count {
          path[path.count - 1].next += 1
          let callee = calls[function][next]
          if index[callee] < 0 {
            path.append((callee, 0))
          } else if isOpen[callee] {
            low[function] = min(low[function], index[callee])
          }
          continue
        }
        path.removeLast()
        if let caller = path.last?.function { low[caller] = min(low[caller], low[function]) }
        guard low[function] == index[function] else { continue }
        var component: [Int] = []
        while let member = open.popLast() {
          isOpen[member] = false
          component.append(member)
          if member == function { break }
        }
        if component.count > 1 || calls[function].contains(function) { circles.append(component.sorted()) }
      }
    }
    circles.sort { $0[0] < $1[0] }
  }

  /// A shortest way from a function back to itself within its circle.
  static func circle(from start: Int, in members: Set<Int>, _ calls: [[Int]]) -> [Int] {
    var cameFrom: [Int: Int] = [:]
    var queue = [start]
    var position = 0
    while position < queue.count {
      let function = queue[position]
      position += 1
      for callee in calls[function] where members.contains(callee) {
        if callee == start {
          var path = [function]
          while let caller = path.last.flatMap({ cameFrom[$0] }) { path.append(caller) }
          return path.reversed()
        }
        if cameFrom[callee] == nil {
          cameFrom[callee] = function
          queue.append(callee)
        }
      }
    }
    return [start]
  }
}

extension Expression {
  /// Visits the bare names that are called anywhere inside.
  func forEachCall(_ visit: (String) -> Void) {
    switch kind {
    case .integer, .number, .boolean, .none, .regex, .duration, .size, .name, .enumCase, .error: break
    case .string(let parts):
      for case .interpolation(let value) in parts { value.forEachCall(visit) }
    case .member(let base, _, _): base.forEachCall(visit)
    case .call(let callee, _, let arguments):
      if case .name(let name) = callee.kind {
        visit(name.text)
      } else {
        callee.forEachCall(visit)
      }
      for argument in arguments { argument.value.forEachCall(visit) }
    case .index(let base, let index):
      base.forEachCall(visit)
      index.forEachCall(visit)
    case .construct(_, let fields), .row(let fields):
      for field in fields { field.value.forEachCall(visit) }
    case .list(let elements):
      for element in elements { element.forEachCall(visit) }
    case .map(let entries):
      for entry in entries {
        entry.key.forEachCall(visit)
        entry.value.forEachCall(visit)
      }
    case .range(let left, let right, _), .binary(_, _, let left, let right), .cover(let left, let right):
      left.forEachCall(visit)
      right.forEachCall(visit)
    case .unary(_, let value), .attempt(_, let value), .lambda(_, let value):
      value.forEachCall(visit)
    case .conditional(let condition, let then, let otherwise):
      switch condition {
      case .holds(let value), .present(_, let value): value.forEachCall(visit)
      }
      then.forEachCall(visit)
      otherwise?.forEachCall(visit)
    case .match(let subject, let arms):
      subject.forEachCall(visit)
      for arm in arms { arm.value.forEachCall(visit) }
    case .block(let bindings, let value):
      for binding in bindings { binding.value.forEachCall(visit) }
      value.forEachCall(visit)
    case .loop(let variables, _, _):
      // A loop stands in a pipeline, not in a function: its body was refused as a whole.
      for variable in variables { variable.values.forEachCall(visit) }
    }
  }
}
