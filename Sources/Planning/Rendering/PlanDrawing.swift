import Semantics

/// What every picture of a plan shows: a box for what runs together and for each record task, lines for what moves
/// between them.
struct PlanDrawing {
  /// A box.
  struct Box {
    /// Unique, of letters and digits.
    let id: String
    /// The job's id, as pictures show it; none for tasks.
    let number: Int?
    let name: String
    let lines: [Line]
    let kind: Kind
    /// Whether it runs only under a condition.
    let isConditional: Bool
    /// Whether it runs once for each element.
    let isRepeated: Bool
    /// Positions of the boxes it comes behind.
    let behind: [Int]
  }

  enum Kind: String {
    case job, gateway, table, task
  }

  /// A line of text in a box.
  struct Line {
    enum Kind: String {
      case when, step, held
    }
    let kind: Kind
    let text: String
  }

  /// A line between boxes.
  struct Edge: Hashable {
    enum Kind: String {
      /// Rows move.
      case rows
      /// A value is waited for.
      case value
      /// A task is called.
      case call
    }
    /// Positions of boxes.
    let from: Int
    let to: Int
    let label: String
    let kind: Kind
  }

  let boxes: [Box]
  let edges: [Edge]

  init(_ plan: Plan) {
    let pools = plan.tasks.filter { !$0.isJob }
    boxes =
      plan.jobs.map { Box($0, plan) }
      + pools.enumerated().map { index, task in
        Box(
          id: "task\(index + 1)", number: nil, name: task.name,
          lines: ["\(task.effect), \(task.work)"].lines(.step) + task.options.lines(.step), kind: .task,
          isConditional: false, isRepeated: false, behind: task.callers.map { $0 - 1 })
      }
    var edges: [Edge] = []
    func add(_ edge: Edge) { if !edges.contains(edge) { edges.append(edge) } }
    for job in plan.jobs {
      for exchange in job.inputs {
        let label =
          plan.mode == .service && exchange.kind == .forward ? "rows of a call" : exchange.kind.description
        add(Edge(from: exchange.from - 1, to: job.id - 1, label: label, kind: .rows))
      }
      for use in job.uses { add(Edge(from: use.from - 1, to: job.id - 1, label: use.name, kind: .value)) }
      for wait in job.waits where !job.uses.contains(where: { $0.from == wait }) {
        add(Edge(from: wait - 1, to: job.id - 1, label: "each pass", kind: .value))
      }
    }
    for (index, task) in pools.enumerated() {
      for caller in task.callers {
        add(Edge(from: caller - 1, to: plan.jobs.count + index, label: "calls", kind: .call))
      }
    }
    self.edges = edges
  }
}

extension PlanDrawing.Box {
  fileprivate init(_ job: Job, _ plan: Plan) {
    let regions = plan.regions(around: job)
    self.init(
      id: "job\(job.id)", number: job.id, name: job.name,
      lines: regions.map(\.text).lines(.when)
        + job.steps.map { $0.detail.isEmpty ? $0.operation : "\($0.operation)  \($0.detail)" }.lines(.step)
        + job.held.map { "holds \($0)" }.lines(.held),
      kind: PlanDrawing.Kind(job.role), isConditional: regions.contains { $0.kind == .branch },
      isRepeated: regions.contains { $0.kind == .loop }, behind: job.dependencies.map { $0 - 1 })
  }
}

extension PlanDrawing.Kind {
  fileprivate init(_ role: Job.Role) {
    switch role {
    case .work: self = .job
    case .gateway: self = .gateway
    case .table: self = .table
    }
  }
}

extension Plan {
  /// The regions that a job is in, the outer before the inner.
  func regions(around job: Job) -> [Region] {
    var found: [Region] = []
    var next = job.region
    while let id = next {
      found.insert(regions[id - 1], at: 0)
      next = regions[id - 1].parent
    }
    return found
  }
}

extension [String] {
  /// Short enough for a picture.
  fileprivate func lines(_ kind: PlanDrawing.Line.Kind) -> [PlanDrawing.Line] {
    map { PlanDrawing.Line(kind: kind, text: $0.count <= 46 ? $0 : "\($0.prefix(43))...") }
  }
}
