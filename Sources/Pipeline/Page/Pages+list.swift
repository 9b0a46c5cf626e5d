package import Queue
package import Reporting

extension Pages {
    /// Relocations of one page of a list.
    static let pageSize = 50

    /// The list of relocations.
    ///
    /// - Parameters:
    ///   - found: all that match, the newest first
    ///   - index: where they were found
    package static func list(
        _ query: ListQuery, found: [RelocationIndex.Entry], in index: RelocationIndex, _ workforce: Workforce,
        _ viewer: Viewer,
        said: String? = nil
    ) -> Page {
        let last = max(1, (found.count + pageSize - 1) / pageSize)
        let page = min(query.page, last)
        let shown = found.dropFirst((page - 1) * pageSize).prefix(pageSize)
            .map { $0.report.among(workforce) }
        var fields = rows(shown, viewer, now: workforce.now)
        fields.merge(pages(query, page, last, found.count)) { $1 }
        fields.merge(bulk(query, found, viewer)) { $1 }
        fields["isFiltered"] = query.isFiltered
        fields["causeText"] = optional(index.failures.first { $0.key == query.cause }?.cause)
        return Page(
            "Relocations", .relocations, isLive: true,
            parts: [
                ("head", head("Relocations", said: said)), ("filter", filter(query, index)), ("list", fields),
            ])
    }

    private static func pages(_ query: ListQuery, _ page: Int, _ last: Int, _ count: Int) -> Fields {
        let first = (page - 1) * pageSize + 1
        let range = "\(Figures.count(first))–\(Figures.count(min(count, page * pageSize))) of \(Figures.count(count))"
        return [
            "scope": Figures.count(count, "relocation")
                + (query.isFiltered ? " \(count == 1 ? "matches" : "match")" : " in all"),
            "range": range, "newer": optional(page > 1 ? query.address(page: page - 1) : nil),
            "older": optional(page < last ? query.address(page: page + 1) : nil),
        ]
    }

    /// What can be done with all that match, and with how many of them.
    private static func bulk(_ query: ListQuery, _ found: [RelocationIndex.Entry], _ viewer: Viewer) -> Fields {
        guard viewer.canAct, query.isFiltered else { return ["hasBulk": false] }
        let buttons = RelocationAction.forMany.filter { $0 != .skipRow || !query.cause.isEmpty }.compactMap { action in
            let count = found.count { $0.offers.contains(action) }
            return count == 0
                ? nil
                : ["address": PageAddress.ask(action, query), "label": "\(action.label) \(Figures.count(count))"]
                    as Fields
        }
        return ["hasBulk": !buttons.isEmpty, "bulk": buttons]
    }

    private static func filter(_ query: ListQuery, _ index: RelocationIndex) -> Fields {
        [
            "text": query.text, "cause": optional(query.cause), "isFiltered": query.isFiltered,
            "choices": [
                choice(
                    "status", "Status", query.status.lowercased(),
                    [
                        ("", "Any"), ("in_progress", "In progress"), ("pause", "Paused"),
                        ("failure", "Failed or ended"),
                        ("success", "Done"),
                    ]),
                choice("scope", "Scope", query.scope, [("", "Any")] + scopes.map { ($0, $0) }),
                choice(
                    "destination", "Destination", query.destination, [("", "Any")] + index.destinations.map { ($0, $0) }
                ),
                choice(
                    "since", "Enqueued", query.since,
                    [
                        ("", "At any time"), ("1h", "In the last hour"), ("24h", "In the last day"),
                        ("7d", "In the last week"), ("30d", "In the last 30 days"),
                    ]),
            ],
        ]
    }

    private static let scopes = ["users", "organizations", "config", "global"]

    /// A value that is none of the options, such as a date, becomes one.
    private static func choice(
        _ name: String, _ label: String, _ chosen: String, _ options: [(String, String)]
    ) -> Fields {
        let all = options.contains { $0.0 == chosen } ? options : options + [(chosen, chosen)]
        return [
            "name": name, "label": label,
            "options": all.map { ["value": $0.0, "label": $0.1, "isChosen": $0.0 == chosen] as Fields },
        ]
    }
}
