internal import Queue
package import Reporting

extension Pages {
    /// Failures by cause.
    ///
    /// - Parameter now: milliseconds since 1970 on Redis' clock
    package static func failures(_ groups: [FailureGroup], _ viewer: Viewer, now: Int64, said: String? = nil) -> Page {
        let count = groups.reduce(0) { $0 + $1.members.count }
        let sub =
            count == 0
            ? nil : "\(Figures.count(count, "relocation")) failed for \(Figures.count(groups.count, "cause"))"
        return Page(
            "Failures", .failures, isLive: true,
            parts: [
                ("head", head("Failures", sub: sub, said: said)),
                ("failures", ["groups": groups.map { fields($0, now: now) }, "canAct": viewer.canAct]),
            ])
    }

    /// Relocations that a group names.
    private static let named = 6

    private static func fields(_ group: FailureGroup, now: Int64) -> Fields {
        var query = ListQuery()
        query.cause = group.key
        let count = group.members.count
        return [
            "key": group.key, "count": Figures.count(count, "relocation"), "cause": group.cause,
            "seen": seen(group, now: now),
            "example": optional(group.example == group.cause ? nil : PlainText.line(group.example)),
            "models": optional(group.models.joined(separator: ", ")),
            "destinations": group.destinations.joined(separator: ", "),
            "retryable": "\(Figures.count(group.retryableCount)) of \(Figures.count(count))",
            "relocations": group.members.prefix(named).map { ["uuid": $0.uuid, "short": $0.report.short] },
            "all": count > named
                ? ["address": query.address(), "label": "all \(Figures.count(count))"] as Fields : false,
            "actions": actions(group, query),
        ]
    }

    private static func seen(_ group: FailureGroup, now: Int64) -> String {
        let first = Figures.age(group.firstSeen, now: now)
        let last = Figures.age(group.lastSeen, now: now)
        return first == last ? "seen \(first) ago" : "first seen \(first) ago, last \(last) ago"
    }

    private static func actions(_ group: FailureGroup, _ query: ListQuery) -> [Fields] {
        let offered: [(RelocationAction, Int, String)] = [
            (.retry, group.retryableCount, "Retry"), (.skipRow, group.skippableCount, "Skip the row of"),
        ]
        return offered.filter { $0.1 > 0 }.map { action, count, label in
            ["address": PageAddress.ask(action, query), "label": "\(label) \(Figures.count(count))"]
        }
    }
}
