extension BatchPlan {
  /// The plan as a graph for Graphviz: a box a job, an edge an exchange.
  public var dot: String {
    var lines = [
      "digraph \(Self.quoted(pipeline)) {",
      "  rankdir=LR",
      "  node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11]",
      "  edge [fontname=\"Helvetica\", fontsize=9]",
    ]
    for job in jobs {
      // `\l` ends a line of text that is aligned at its left.
      let text = (["\(job.id) \(job.name)"] + job.summaries).map { Self.escaped($0) + "\\l" }.joined()
      lines.append("  job\(job.id) [label=\"\(text)\"]")
    }
    for (job, exchange) in exchanges {
      lines.append("  job\(exchange.from) -> job\(job.id) [label=\(Self.quoted(exchange.kind.description))]")
    }
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: " ")
  }

  private static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }
}

extension BatchPlan {
  /// Each exchange with the job that reads it; of several between the same jobs and alike, one.
  var exchanges: [(job: Job, exchange: Exchange)] {
    var seen: Set<[String]> = []
    return jobs.flatMap { job in
      job.inputs.compactMap { exchange in
        let isNew = seen.insert(["\(exchange.from)", "\(job.id)", exchange.kind.description]).inserted
        return isNew ? (job, exchange) : nil
      }
    }
  }
}

extension Job {
  /// A line for each step and one for what is held, short enough for a picture.
  var summaries: [String] {
    steps.map { step in
      let line = step.detail.isEmpty ? step.operation : "\(step.operation)  \(step.detail)"
      return line.count <= 46 ? line : "\(line.prefix(43))..."
    }
      + held.map { held in
        let line = "holds \(held)"
        return line.count <= 46 ? line : "\(line.prefix(43))..."
      }
  }
}

extension String {
  /// Every occurrence of one text replaced by another.
  func replacing(_ text: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while let first = rest.first {
      if rest.hasPrefix(text) {
        result += other
        rest = rest.dropFirst(text.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
