import Catalogue
import ExportFormat

/// What makes one issue alert rule the same as another.
struct RuleShape: Sendable, Equatable {
    let key: Int64
    /// 0 if it is active, 1 if it is disabled.
    let status: Int64
    let environment: Int64?
    /// Project and actions: only rules with the same ones can be the same.
    let group: FileContext.Pair
    /// Digests of what its data hold; what Python takes for false does not count.
    private let members: [String: UInt64]

    private static let ignored: Set<String> = ["name", "user_id"]
    /// What both rules must have, or neither.
    private static let required = ["actions", "environment"]

    /// Nil for a row without a key or a project.
    init?(_ row: OldRow) {
        guard let key = row.key, let project = row.integer("project") else { return nil }
        self.key = key
        status = row.original("status") ?? 0
        environment = row.integer("environment_id").flatMap { $0 == 0 ? nil : $0 }
        // A uuid is made for each action afterwards.
        let data = (row.json("data") ?? .null).mapping("actions") { $0.removing { $0 == "uuid" } }
        var members: [String: UInt64] = [:]
        if case .object(let entries) = data {
            for entry in entries where entry.value.isTruthy && !Self.ignored.contains(entry.key) {
                members[entry.key] = entry.value.digest
            }
        }
        self.members = members
        group = FileContext.Pair(left: project, right: Int64(bitPattern: members["actions"] ?? 0))
    }

    private var hasActions: Bool { members["actions"] != nil }

    /// As far as the rules so far tell: without actions it is disabled. Everything else needs all rules.
    func decide(_ row: OldRow) {
        if hasActions || environment != nil {
            if row.context.rules[group] != nil || !hasActions { row.miss() }
        } else if status != 1 {
            row["status"] = .integer(1)
        }
    }

    /// Whether this rule counts as a repetition of another one.
    private func repeats(_ other: RuleShape) -> Bool {
        key != other.key
            && members.allSatisfy { name, digest in other.members[name].map { $0 == digest } ?? true }
            && Self.required.allSatisfy { (members[$0] == nil) == (other.members[$0] == nil) }
    }

    /// The statuses that change among rules of one group: first rules without actions and those that repeat an active one
    /// are disabled, one after the other by their keys; then those come back that repeat none of their own environment.
    static func statuses(_ rules: [RuleShape]) -> [Int64: Int64] {
        let rules = rules.sorted { $0.key < $1.key }
        var statuses = rules.map(\.status)
        for (place, rule) in rules.enumerated() {
            let isRepeated = zip(rules, statuses).contains { other, status in status == 0 && rule.repeats(other) }
            if !rule.hasActions || isRepeated { statuses[place] = 1 }
        }
        for (place, rule) in rules.enumerated() where statuses[place] == 1 && rule.environment != nil {
            let isRepeated = rules.contains { $0.environment == rule.environment && rule.repeats($0) }
            if !isRepeated { statuses[place] = 0 }
        }
        let changed = zip(rules, statuses).filter { $0.status != $1 }
        return Dictionary(changed.map { ($0.0.key, $0.1) }, uniquingKeysWith: { _, last in last })
    }
}

extension FieldValue {
    /// Tells one value from another, whatever the order of keys.
    var digest: UInt64 {
        switch self {
        case .list(let items): items.reduce(1) { StableHash.mix($0, $1.digest) }
        case .object(let members): members.reduce(2) { $0 &+ StableHash.mix(Self.digest($1.key), $1.value.digest) }
        default: Self.digest(json)
        }
    }

    private static func digest(_ text: String) -> UInt64 { Array(text.utf8).withUnsafeBufferPointer(StableHash.of) }
}
