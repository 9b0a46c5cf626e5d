package import Queue
package import Reporting

/// The pages. Each is a function of what it shows: no clock, no input, no output.
package enum Pages {}

/// All that the overview shows.
package struct OverviewFacts: Sendable {
    package var index: RelocationIndex
    package var workforce: Workforce
    package var destinations: [DestinationEntry]
    package var trend: Trend
    /// What the server has found of Redis and the database: name → nil, or what is wrong.
    package var health: [Health]

    package struct Health: Sendable {
        let name: String
        let problem: String?

        package init(name: String, problem: String?) {
            self.name = name
            self.problem = problem
        }
    }

    package init(
        index: RelocationIndex, workforce: Workforce, destinations: [DestinationEntry], trend: Trend, health: [Health]
    ) {
        self.index = index
        self.workforce = workforce
        self.destinations = destinations
        self.trend = trend
        self.health = health
    }
}

extension Pages {
    /// Relocations that the overview shows.
    private static let recent = 8

    /// - Parameter said: what the last action came to
    package static func overview(_ facts: OverviewFacts, _ viewer: Viewer, said: String? = nil) -> Page {
        let open = facts.index.open
        let shown = (open.isEmpty ? facts.index.entries : open).prefix(recent)
            .map { $0.report.among(facts.workforce) }
        return Page(
            "Overview", .overview, isLive: true,
            parts: [
                ("head", head("Overview", said: said)), ("overview", summary(facts)),
                ("destinations", ["destinations": places(facts, viewer)]),
                ("workers", workers(facts.workforce, viewer)),
                (
                    "recent",
                    rows(shown, viewer, now: facts.workforce.now).merging([
                        "title": open.isEmpty ? "Newest relocations" : "Open relocations"
                    ]) { $1 }
                ),
            ])
    }

    static func head(_ title: String, sub: String? = nil, said: String? = nil) -> Fields {
        ["title": title, "sub": optional(sub), "said": optional(said)]
    }

    private static func summary(_ facts: OverviewFacts) -> Fields {
        let failed = facts.index.failures.reduce(0) { $0 + $1.members.count }
        let tiles: [(String, Int, String, String)] = [
            ("In progress", facts.index.counts[.inProgress] ?? 0, "blue", "/relocations?status=in_progress"),
            ("Paused", facts.index.counts[.paused] ?? 0, "amber square", "/relocations?status=pause"),
            ("Failed", failed, failed > 0 ? "red square" : "grey square", "/failures"),
            ("Done", facts.index.counts[.success] ?? 0, "green square", "/relocations?status=success"),
        ]
        return [
            "tiles": tiles.map { name, count, color, address -> Fields in
                ["name": name, "count": Figures.count(count), "color": color, "address": address]
            },
            "health": facts.health.map { item -> Fields in
                let words = item.problem == nil ? StateWords("Answers", "green") : StateWords("Trouble", "red square")
                return words.fields.merging(["name": item.name, "more": optional(item.problem)]) { $1 }
            },
        ]
    }

    private static func places(_ facts: OverviewFacts, _ viewer: Viewer) -> [Fields] {
        facts.destinations.enumerated().map { number, place in
            let charts = facts.trend.charts(place.name)
            let hold = facts.workforce.holds[place.name]
            return [
                "number": number, "name": place.name,
                "address": place.address.isEmpty ? "no worker yet" : place.address,
                "state": hold == nil ? false : StateWords("Queue paused", "amber square").fields,
                "action": viewer.canAct ? button(hold == nil ? .hold : .letGo, place.name) : false,
                "waiting": Figures.count(place.waiting), "leased": Figures.count(place.leased),
                "oldest": oldest(place, now: facts.workforce.now), "workers": serving(facts.workforce, place.name),
                "trouble": optional(PlainText.line(place.trouble)), "rate": charts.rate, "depth": charts.depth,
            ]
        }
    }

    private static func button(_ action: DestinationAction, _ name: String) -> Any {
        ["address": PageAddress.ask(action, name), "label": action.label, "name": name] as Fields
    }

    /// For how long the first relocation has waited for a worker.
    private static func oldest(_ place: DestinationEntry, now: Int64) -> String {
        place.waiting == 0 ? "none" : Figures.age(place.firstReadyAt, now: now)
    }

    private static func serving(_ workforce: Workforce, _ name: String) -> String {
        let alive = workforce.workers.filter { $0.destinationName == name && !workforce.isGone($0) }
        let (busy, slots) = alive.reduce((0, 0)) { ($0.0 + $1.slots.count, $0.1 + $1.concurrency) }
        return alive.isEmpty ? "none" : "\(alive.count), \(busy) of \(Figures.count(slots, "slot")) busy"
    }
}
