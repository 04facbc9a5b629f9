/// What nodes and regions wait for, and those whose turn may have come since they were looked at last: what happens
/// costs as much as depends on it, however much there is besides.
struct Dependents {
  private var nodesOfValue: [Int: [Int]] = [:]
  private var regionsOfValue: [Int: [Int]] = [:]
  private var nodesOfRegion: [Int: [Int]] = [:]
  private var regionsOfRegion: [Int: [Int]] = [:]
  private var nodes: Set<Int> = []
  private var regions: Set<Int> = []

  mutating func add(node: Int, in region: Int?, values: Set<Int>) {
    wait(node, for: values)
    if let region { nodesOfRegion[region, default: []].append(node) }
    nodes.insert(node)
  }

  mutating func add(region: Int, in parent: Int?, values: Set<Int>) {
    for value in values { regionsOfValue[value, default: []].append(region) }
    if let parent { regionsOfRegion[parent, default: []].append(region) }
    regions.insert(region)
  }

  /// A node needs more values than it was said to.
  mutating func wait(_ node: Int, for values: Set<Int>) {
    for value in values { nodesOfValue[value, default: []].append(node) }
  }

  /// A value is known, or never will be.
  mutating func settle(value: Int) {
    nodes.formUnion(nodesOfValue.removeValue(forKey: value) ?? [])
    regions.formUnion(regionsOfValue.removeValue(forKey: value) ?? [])
  }

  /// It is known whether the steps of a region run.
  mutating func settle(region: Int) {
    nodes.formUnion(nodesOfRegion.removeValue(forKey: region) ?? [])
    regions.formUnion(regionsOfRegion.removeValue(forKey: region) ?? [])
  }

  mutating func look(at nodes: some Sequence<Int>) { self.nodes.formUnion(nodes) }

  /// The nodes to look at, in order; from here on they are not.
  mutating func takeNodes() -> [Int] {
    defer { nodes.removeAll() }
    return nodes.sorted()
  }

  /// The regions to look at, outer ones before inner ones.
  mutating func takeRegions() -> [Int] {
    defer { regions.removeAll() }
    return regions.sorted()
  }
}
