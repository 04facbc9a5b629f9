import Diagnosing
import Syntax

// Jobs, job values and regions.

extension FlowLabels {
  /// A job task: tables and values go out to the work.
  func task(_ operation: TaskOperation, _ step: FlowStep, _ inputs: [LabelShape]) -> LabelShape {
    var carried = LabelSet()
    for (index, argument) in operation.arguments.enumerated() {
      switch argument {
      case .flow(let input):
        let shape = input < inputs.count ? inputs[input] : .none
        carried.formUnion(reader.passed(shape, to: operation.task, index, at: step.span))
      case .value(let value):
        carried.formUnion(reader.passed(reader.read(value), to: operation.task, index, at: value.span))
      }
    }
    return reader.result(of: operation.task, carrying: carried, at: step.span)
  }

  /// The list of what the passes give. The failures of passes may tell of everything.
  func collect(_ collect: CollectOperation, _ regions: RegionLabels) -> LabelShape {
    var regions = regions
    regions.enter(collect.region, reader)
    if let failures = collect.failures {
      reader.locals[failures.id] = LabelShape(everything.union(reader.met))
    }
    return LabelShape(element: reader.read(collect.element))
  }
}

/// What the regions of a body bind. Each is read when its first step comes, because what it depends on may
/// be a job's value.
struct RegionLabels {
  private let regions: [FlowRegion]
  private var isRead: [Bool]

  init(_ regions: [FlowRegion]) {
    self.regions = regions
    isRead = regions.map { _ in false }
  }

  mutating func enter(_ index: Int, _ reader: LabelReader) {
    guard regions.indices.contains(index), !isRead[index] else { return }
    isRead[index] = true
    if let parent = regions[index].parent { enter(parent, reader) }
    switch regions[index].kind {
    case .when(let condition, _): _ = reader.read(condition)
    case .present(let local, let value, _): reader.locals[local.id] = reader.read(value)
    case .each(let variables, _):
      for (variable, elements) in variables { reader.locals[variable.id] = reader.read(elements).element }
    }
  }

  /// Whether a failure inside is caught by `try for`.
  func collectsFailures(_ index: Int?) -> Bool {
    var next = index
    while let index = next, regions.indices.contains(index) {
      if case .each(_, collectsFailures: true) = regions[index].kind { return true }
      next = regions[index].parent
    }
    return false
  }
}
