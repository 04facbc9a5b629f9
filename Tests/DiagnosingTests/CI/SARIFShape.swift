import Foundation

/// What the SARIF 2.1.0 schema asks of the objects that a log of ours holds: their members, which of them must be
/// there, and what each is. Members that are not named here are not allowed.
struct SARIFShape {
  indirect enum Kind: Sendable {
    case text
    /// One of these words.
    case word([String])
    /// At least this much.
    case number(Int)
    case object(String)
    /// At least so many, none twice where `isUnique`.
    case list(Kind, atLeast: Int = 0, isUnique: Bool = false)
  }

  private struct Object: Sendable {
    let required: [String]
    let members: [String: Kind]
  }

  private static let level = Kind.word(["none", "note", "warning", "error"])
  private static let objects: [String: Object] = [
    "log": Object(
      required: ["version", "runs"],
      members: ["$schema": .text, "version": .word(["2.1.0"]), "runs": .list(.object("run"))]),
    "run": Object(
      required: ["tool"],
      members: [
        "tool": .object("tool"), "columnKind": .word(["utf16CodeUnits", "unicodeCodePoints"]),
        "artifacts": .list(.object("artifact"), isUnique: true), "results": .list(.object("result")),
      ]),
    "tool": Object(required: ["driver"], members: ["driver": .object("toolComponent")]),
    "toolComponent": Object(
      required: ["name"],
      members: ["name": .text, "version": .text, "rules": .list(.object("rule"), isUnique: true)]),
    "rule": Object(
      required: ["id"],
      members: [
        "id": .text, "name": .text, "shortDescription": .object("texts"), "fullDescription": .object("texts"),
        "help": .object("texts"), "defaultConfiguration": .object("configuration"),
        "properties": .object("properties"),
      ]),
    "texts": Object(required: ["text"], members: ["text": .text, "markdown": .text]),
    "message": Object(required: ["text"], members: ["text": .text]),
    "configuration": Object(required: [], members: ["level": level]),
    "properties": Object(required: [], members: ["tags": .list(.text, isUnique: true)]),
    "artifact": Object(
      required: [], members: ["location": .object("artifactLocation"), "sourceLanguage": .text]),
    "result": Object(
      required: ["message"],
      members: [
        "ruleId": .text, "ruleIndex": .number(-1), "level": level, "message": .object("message"),
        "locations": .list(.object("location")),
        "relatedLocations": .list(.object("location"), isUnique: true),
        "fixes": .list(.object("fix"), isUnique: true),
        "suppressions": .list(.object("suppression"), isUnique: true),
      ]),
    "location": Object(
      required: [],
      members: [
        "id": .number(-1), "physicalLocation": .object("physicalLocation"), "message": .object("message"),
      ]),
    "physicalLocation": Object(
      required: ["artifactLocation"],
      members: ["artifactLocation": .object("artifactLocation"), "region": .object("region")]),
    "artifactLocation": Object(required: [], members: ["uri": .text, "index": .number(-1)]),
    "region": Object(
      required: [],
      members: [
        "startLine": .number(1), "startColumn": .number(1), "endLine": .number(1), "endColumn": .number(1),
      ]),
    "fix": Object(
      required: ["artifactChanges"],
      members: [
        "description": .object("message"),
        "artifactChanges": .list(.object("artifactChange"), atLeast: 1, isUnique: true),
      ]),
    "artifactChange": Object(
      required: ["artifactLocation", "replacements"],
      members: [
        "artifactLocation": .object("artifactLocation"),
        "replacements": .list(.object("replacement"), atLeast: 1),
      ]),
    "replacement": Object(
      required: ["deletedRegion"],
      members: ["deletedRegion": .object("region"), "insertedContent": .object("message")]),
    "suppression": Object(
      required: ["kind"], members: ["kind": .word(["inSource", "external"]), "justification": .text]),
  ]

  /// What is wrong with a log, each with its path.
  static func problems(of log: Any) -> [String] { problems(of: log, .object("log"), at: "log") }

  private static func problems(of value: Any, _ kind: Kind, at path: String) -> [String] {
    switch kind {
    case .text: return value is String ? [] : ["\(path) is no text"]
    case .word(let words):
      return words.contains(value as? String ?? "") ? [] : ["\(path) is none of \(words)"]
    case .number(let least):
      return (value as? Int).map { $0 >= least } ?? false ? [] : ["\(path) is too small"]
    case .list(let element, let count, let isUnique):
      guard let values = value as? [Any] else { return ["\(path) is no list"] }
      let isShort = values.count < count ? ["\(path) has too few"] : []
      let isDouble =
        isUnique && Set(values.map { "\($0)" }).count != values.count ? ["\(path) has one twice"] : []
      return isShort + isDouble
        + values.enumerated().flatMap { problems(of: $1, element, at: "\(path)[\($0)]") }
    case .object(let name):
      guard let object = objects[name], let members = value as? [String: Any] else {
        return ["\(path) is no object"]
      }
      let lacking = object.required.filter { members[$0] == nil }.map { "\(path) lacks \($0)" }
      return lacking
        + members.flatMap { key, value in
          object.members[key].map { problems(of: value, $0, at: "\(path).\(key)") }
            ?? ["\(path) may not have \(key)"]
        }
    }
  }
}
