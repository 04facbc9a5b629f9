import Diagnosing

extension Rules {
  /// A line for each rule, in columns: code, name, level, how it is mended, title.
  public static var table: String {
    let width = all.map(\.name.count).max() ?? 0
    return all.map { rule in
      let fix = rule.mending == .none ? "" : "\(rule.mending.rawValue) fix"
      let columns = [
        rule.code.text, rule.name.filled(to: width), rule.level.rawValue.filled(to: 7), fix.filled(to: 10),
        rule.title,
      ]
      return columns.joined(separator: "  ") + "\n"
    }.joined()
  }

  /// Everything that is told about each rule: `{"version":1,"rules":[...]}`.
  public static var json: JSONValue {
    .members([
      "version": .int(1),
      "rules": .array(
        all.map { rule in
          .members([
            "code": .string(rule.code.text), "name": .string(rule.name),
            "category": .string(rule.category.rawValue), "level": .string(rule.level.rawValue),
            "fix": .string(rule.mending.rawValue), "title": .string(rule.title), "why": .string(rule.why),
            "bad": .string(rule.bad), "good": .string(rule.good),
          ])
        }),
    ])
  }

  /// The reference page of the rules.
  public static var reference: String {
    var page = """
      # Lint rules
      `thalweg lint` checks programs as `thalweg check` does, and looks at them with these rules; `thalweg explain \
      CODE` tells the same as this page. Files with an error are left alone. A rule has its own level, which \
      `thalweg.yaml` may change. `--fix` applies the safe fixes, `--fix --unsafe` the others too.

      A comment on a line of its own above a declaration, statement, field or clause takes a finding away there, \
      with a reason: `// thalweg:allow L907 both come from one column`.

      <!-- Written by a test from the rules: THALWEG_BLESS=1 swift test --filter LintingTests -->

      """
    for category in Rule.Category.allCases {
      page += "\n## \(category.rawValue.prefix(1).uppercased())\(category.rawValue.dropFirst())\n"
      for rule in all where rule.category == category { page += "\n\(rule.section)" }
    }
    return page
  }
}

extension Rule {
  fileprivate var section: String {
    let fix = mending == .none ? "" : ", \(mending.rawValue) fix"
    return """
      ### \(code) \(name)
      \(title.prefix(1).uppercased())\(title.dropFirst()) (\(level.rawValue)\(fix)).

      \(why)
      ```thalweg
      \(bad)
      ```
      Instead:
      ```thalweg
      \(good)
      ```

      """
  }
}

extension String {
  /// With blanks behind, up to a width.
  fileprivate func filled(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(width - count, 0))
  }
}
