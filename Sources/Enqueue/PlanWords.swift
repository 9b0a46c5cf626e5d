import Catalogue
import CommandLine
import Operations
import Reporting

/// A plan for people.
struct PlanWords {
    private let document: PlanDocument
    private var plan: ImportPlan { document.plan }

    init(_ document: PlanDocument) { self.document = document }

    /// Renames, and collisions, that are shown.
    private static let shown = 20

    /// Without a final line end.
    var text: String {
        [head, learned, modelTable, reasons, collisions, renames, adapted, idleRules, losses, resources]
            .filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var head: [String] {
        let totals = plan.totals
        return [
            "Plan \(document.uuid): \(document.possible ? "the import is possible" : "the import would fail")",
            PlainText.line("  \(document.scope) of \(document.source.name) into \(place)"),
            "  \(document.source.rows) rows in the file: \(totals.inserted) inserted, \(totals.existing) existing, "
                + "\(totals.overwritten) overwritten, \(totals.droppedTotal) dropped; \(plan.renamedTotal) renamed",
        ]
    }

    private var place: String {
        document.destination.url.isEmpty
            ? document.destination.name : "\(document.destination.name) (\(document.destination.url))"
    }

    /// In full: an operator confirms it.
    private var learned: [String] {
        titled(
            "Learned from the destination",
            plan.learned.flatMap { model in ["  " + model.title] + model.lines.map { "    " + $0 } }
                .map { PlainText.line($0) })
    }

    private var modelTable: [String] {
        let rows = plan.models.sorted { $0.key < $1.key }.map { model, counts in
            ["  " + PlainText.line(model)]
                + [counts.inserted, counts.existing, counts.overwritten, counts.renamed, counts.droppedTotal].map {
                    String($0)
                }
        }
        guard !rows.isEmpty else { return [] }
        return TextTable.lines([["  MODEL", "INSERTED", "EXISTING", "OVERWRITTEN", "RENAMED", "DROPPED"]] + rows)
    }

    private var reasons: [String] { counted("Dropped rows", plan.totals.dropped) }

    private var collisions: [String] {
        titled("Collisions", listed(plan.collisions.map(\.words), of: plan.collisionsTotal))
    }

    /// Those that are no collision of a user or organization.
    private var renames: [String] {
        let told = Set(plan.collisions.map { "\($0.model) \($0.sourcePK ?? 0)" })
        let rest = plan.renamed.filter { !told.contains("\($0.model) \($0.sourcePK ?? 0)") }
        return titled("Renamed", listed(rest.map(\.words), of: rest.count))
    }

    private var adapted: [String] { counted("Adapted rows", document.adapted.merging(plan.adapted) { $0 + $1 }) }

    private var idleRules: [String] {
        titled("Written and not run", listed(plan.idleRules.map(\.words), of: plan.idleRulesTotal))
    }

    private var losses: [String] {
        titled("Sentry's own import would lose", document.losses.map { "  " + PlainText.line($0) })
    }

    private var resources: [String] {
        let room = plan.room.map { room in
            let name = plan.room.count > 1 ? " (\(room.database))" : ""
            let needed = "  room\(name): about \(ByteCount.text(room.bytesNeeded))"
            guard let free = room.bytesFree else { return "\(needed); the database does not tell how much is free" }
            return "\(needed), \(ByteCount.text(free)) free\(free > room.bytesNeeded ? "" : ": NOT ENOUGH")"
        }
        return room + ["  time: about \(ProgressBar.duration(plan.seconds))"]
    }

    private func listed(_ words: [String], of total: Int) -> [String] {
        let shown = words.prefix(Self.shown).map { "  " + PlainText.line($0) }
        let more = total - shown.count
        return shown + (more > 0 ? ["  and \(more) more (--json lists the first \(ImportPlan.listed))"] : [])
    }

    private func counted(_ title: String, _ counts: [String: Int]) -> [String] {
        let rows = counts.sorted { $0.key < $1.key }.map { ["  " + PlainText.line($0.key), String($0.value)] }
        return titled(title, TextTable.lines(rows))
    }

    private func titled(_ title: String, _ lines: [String]) -> [String] { lines.isEmpty ? [] : [title] + lines }
}
