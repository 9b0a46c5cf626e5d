internal import Catalogue
internal import Queue
package import Reporting

extension Pages {
    private static let outcomes = ["inserted", "existing", "overwritten", "dropped"]

    /// What became of the rows, by model.
    static func models(_ report: StatusReport) -> Fields {
        let models = report.account.models.sorted { $0.key < $1.key }
        let most = models.map(\.value.total).max() ?? 1
        return [
            "hasModels": !models.isEmpty,
            "summary": "\(Figures.count(report.rowsDone)) of \(Figures.count(report.rowsExpected)) accounted for",
            "columns": outcomes.map { ["kind": $0, "name": capitalised($0)] as Fields },
            "models": models.map { model($0, $1, most) },
        ]
    }

    private static func model(_ name: String, _ counts: RowAccount.Counts, _ most: Int) -> Fields {
        let numbers = [counts.inserted, counts.existing, counts.overwritten, counts.droppedTotal]
        return [
            "name": name,
            "counts": zip(outcomes, numbers).map {
                ["name": capitalised($0), "count": $1 == 0 ? "–" : Figures.count($1)] as Fields
            },
            "pieces": pieces(numbers, of: most),
            "label": zip(outcomes, numbers).filter { $1 > 0 }.map { "\(Figures.count($1)) \($0)" }
                .joined(separator: ", "),
        ]
    }

    private static func capitalised(_ word: String) -> String { word.prefix(1).uppercased() + word.dropFirst() }

    /// The parts of a bar of 100 that the largest model fills.
    private static func pieces(_ numbers: [Int], of most: Int) -> [Fields] {
        var from = 0.0
        return zip(outcomes, numbers).filter { $1 > 0 }.map { kind, number in
            let width = Double(number) * 100 / Double(max(1, most))
            defer { from += width }
            return ["kind": kind, "x": hundredths(from), "width": hundredths(max(width, 0.5))]
        }
    }

    private static func hundredths(_ number: Double) -> Double { (number * 100).rounded() / 100 }

    /// Dropped rows by reason, renamed rows, adapted rows, what operators have left out.
    static func lists(_ report: StatusReport) -> [Fields] {
        [dropped(report), renamed(report), adapted(report), skipped(report)].compactMap { $0 }
    }

    private static func table(
        _ title: String, _ columns: [String], _ rows: [[String]], numbers: Set<Int> = [], more: Any = false
    ) -> Fields? {
        guard !rows.isEmpty else { return nil }
        let heads = columns.enumerated().map { ["name": $1, "isNumber": numbers.contains($0)] as Fields }
        let lines = rows.map { cells -> Fields in
            [
                "cells": cells.enumerated().map { column, text -> Fields in
                    ["text": PlainText.line(text), "kind": numbers.contains(column) ? "n" : "break"]
                }
            ]
        }
        return ["title": title, "columns": heads, "rows": lines, "more": more]
    }

    private static func dropped(_ report: StatusReport) -> Fields? {
        let reasons = report.account.totals.dropped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let link: Fields = ["address": "/relocations/\(report.status.uuid)/dropped", "label": "The rows"]
        return table(
            "Dropped rows", ["Reason", "Rows"], reasons.map { [$0.key, Figures.count($0.value)] }, numbers: [1],
            more: link)
    }

    /// Renamed rows that are shown.
    private static let shownRenames = 20

    private static func renamed(_ report: StatusReport) -> Fields? {
        let rows = (report.renamed ?? []).prefix(shownRenames).map {
            [$0.model, $0.from.isEmpty ? "(no name)" : $0.from, $0.to]
        }
        let more = report.renamedTotal - rows.count
        return table(
            "Renamed rows" + (more > 0 ? ": the first \(rows.count) of \(Figures.count(report.renamedTotal))" : ""),
            ["Model", "In the file", "In the destination"], Array(rows))
    }

    private static func adapted(_ report: StatusReport) -> Fields? {
        let counts = report.adaptedCounts.sorted { $0.key < $1.key }
        return table(
            "Adapted rows", ["What", "Rows"], counts.map { [$0.key, Figures.count($0.value)] }, numbers: [1])
    }

    private static func skipped(_ report: StatusReport) -> Fields? {
        let notes = report.status.skipped.compactMap(TaskNote.init(json:))
        return table(
            "Left out by operators", ["What, by whom and when"], notes.map { [$0.skippedText(Timestamp.optional)] })
    }

    /// The dropped rows of a relocation, one by one.
    package static func dropped(_ report: DroppedReport, _ uuid: String) -> Page {
        let rows = report.rows.map { row -> Fields in
            [
                "model": row.model, "ordinal": row.ordinal, "pk": row.sourcePK.map(String.init) ?? "",
                "reason": PlainText.line(row.word),
                "parent": row.parent.map { "\($0.field) → \($0.model)" + (row.missingPK.map { " \($0)" } ?? "") } ?? "",
            ]
        }
        let title = "Dropped rows of \(uuid.prefix(8))"
        return Page(
            title, .relocations,
            parts: [
                ("head", head(title)),
                (
                    "dropped",
                    [
                        "count": "\(Figures.count(report.total, "row")) dropped", "rest": optional(report.rest),
                        "hasRows": !rows.isEmpty, "rows": rows,
                    ]
                ),
            ])
    }
}
