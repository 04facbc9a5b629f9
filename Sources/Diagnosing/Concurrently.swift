/// The results for `0..<count`, in order; on all cores when there are more than a chunk.
package func concurrently<Result: Sendable>(
  _ count: Int, chunk: Int = 128, _ work: @escaping @Sendable (Int) -> Result
) async -> [Result] {
  if count <= chunk { return (0..<count).map(work) }
  let starts = Array(stride(from: 0, to: count, by: chunk))
  var parts = [[Result]](repeating: [], count: starts.count)
  await withTaskGroup(of: (Int, [Result]).self) { group in
    for (part, start) in starts.enumerated() {
      group.addTask { (part, (start..<min(start + chunk, count)).map(work)) }
    }
    for await (part, results) in group { parts[part] = results }
  }
  return parts.flatMap(\.self)
}
