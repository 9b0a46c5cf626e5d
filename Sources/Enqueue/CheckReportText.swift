import Catalogue
import Cutting
import ExportFormat
import Reporting

/// The report of a check, for people.
struct CheckReportText {
    private let report: ExportReport
    private let name: String

    init(_ report: ExportReport, name: String) {
        self.report = report
        self.name = name
    }

    private var survey: ExportSurvey { report.survey }

    /// The sums, the models and the version.
    var head: String { ([sum] + models + version).joined(separator: "\n") }

    private var sum: String {
        if report.isSound { return SurveyText.text(survey, name: name) }
        let number = report.faults.count == 1 ? "1 fault" : "\(report.faults.count) faults"
        let rest = report.isWhole ? "" : ", and cannot be read to its end"
        return
            "\(name) has \(number)\(rest). Read: \(survey.rowsTotal) rows, \(survey.rowsQueued) of them sound and to import."
    }

    private var models: [String] {
        guard !survey.models.isEmpty else { return [] }
        let rows = survey.models.map { model in
            let left = survey.leftOut.models[model.model]?.dropped.sorted { $0.key < $1.key } ?? []
            return [
                "  " + PlainText.line(model.model), String(model.rows),
                left.map { "\($0.value) \($0.key)" }.joined(separator: ", "),
            ]
        }
        return TextTable.lines([["  MODEL", "ROWS", "LEFT OUT"]] + rows, leftAligned: [2])
    }

    private var version: [String] {
        guard let version = report.version else { return [] }
        let because = version.because.isEmpty ? "" : " (\(version.because.joined(separator: ", ")))"
        return ["Version of Sentry, guessed from the fields: \(version.text)\(likeliest(version))\(because)."]
    }

    /// How sure that is: the likeliest of several versions.
    private func likeliest(_ version: SentryVersions) -> String {
        guard let likeliest = version.likeliest, version.earliest != nil, version.earliest != version.latest,
            version.latest != nil
        else { return "" }
        let (first, last) = (likeliest.lowerBound, likeliest.upperBound)
        return first == last ? ", most likely \(first)" : ", most likely \(first) to \(last)"
    }

    /// The faults by kind, each with its places; empty if there are none.
    var faults: String {
        guard !report.isSound else { return "" }
        var lines = ["Faults"] + report.faults.kinds.flatMap(Self.lines)
        if report.faults.others > 0 {
            lines.append("  and \(report.faults.others) of further kinds; correct these first, then check again")
        }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ kind: ExportFaults.Kind) -> [String] {
        guard let first = kind.listed.first else { return [] }
        let place = [first.place.model, first.place.field.map { "field \($0)" }].compactMap { $0 }
        let subject = place.isEmpty ? "" : place.joined(separator: ", ") + ": "
        let times = kind.count == 1 ? "" : " (\(kind.count) times)"
        var lines = ["  \(subject)\(first.message)\(times)"] + kind.listed.map { "    \(shortPlace($0.place))" }
        if kind.count > kind.listed.count { lines.append("    and \(kind.count - kind.listed.count) more") }
        return lines
    }

    /// Without what the faults of a kind have in common.
    private static func shortPlace(_ place: ExportPlace) -> String {
        var place = place
        place.model = nil
        place.field = nil
        return place.description.isEmpty ? "the file as a whole" : place.description
    }
}
