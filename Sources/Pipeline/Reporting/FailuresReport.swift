import Catalogue
package import Queue

/// Failed relocations by cause, for people and scripts.
package struct FailuresReport: Sendable {
    package let groups: [FailureGroup]

    /// - Parameter relocations: what `RelocationQueue.find` gives
    package init(_ relocations: [RelocationStatus]) { groups = FailureGroup.groups(of: relocations) }

    /// All failures that Redis knows.
    package static func read(in queue: RelocationQueue) throws(QueueError) -> FailuresReport {
        var query = RelocationQuery()
        query.status = .failure
        query.isWhole = false
        return FailuresReport(try queue.find(query).relocations)
    }

    /// A paragraph per cause. Without a final line end.
    package var text: String {
        guard !groups.isEmpty else { return "No relocation has failed." }
        return groups.map(Self.text).joined(separator: "\n\n")
    }

    private static func text(_ group: FailureGroup) -> String {
        let count = group.members.count
        let facts: [(String, String?)] = [
            ("first", Timestamp.local(group.firstSeen)), ("last", Timestamp.local(group.lastSeen)),
            ("models", group.models.joined(separator: ", ")),
            ("destinations", group.destinations.joined(separator: ", ")),
            ("can continue", String(group.retryableCount)),
            ("relocations", shown(group.members.map(\.uuid))),
        ]
        let lines = facts.compactMap { name, value -> [String]? in
            guard let value, !value.isEmpty else { return nil }
            return ["  " + name, PlainText.line(value)]
        }
        let title = "\(count) \(count == 1 ? "relocation" : "relocations"): \(PlainText.line(group.cause))"
        return ([title] + TextTable.lines(lines, leftAligned: [1])).joined(separator: "\n")
    }

    /// UUIDs that the text names of each group.
    private static let shownRelocations = 3

    private static func shown(_ uuids: [String]) -> String {
        let rest = uuids.count - shownRelocations
        return uuids.prefix(shownRelocations).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// A list of objects, the largest group first, without a final line end.
    package var json: String { JSONValue.list(groups.map(Self.value)).prettyText }

    private static func value(_ group: FailureGroup) -> JSONValue {
        .object([
            "key": .text(group.key), "cause": .text(group.cause), "example": .text(group.example),
            "count": JSONValue(group.members.count), "retryable": JSONValue(group.retryableCount),
            "firstSeen": JSONValue(time: group.firstSeen), "lastSeen": JSONValue(time: group.lastSeen),
            "models": .list(group.models.map(JSONValue.text)),
            "destinations": .list(group.destinations.map(JSONValue.text)),
            "uuids": .list(group.members.map { .text($0.uuid) }),
        ])
    }
}
