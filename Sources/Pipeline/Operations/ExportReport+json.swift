import Adaptation
import Catalogue
package import Cutting
import ExportFormat
import Reporting

// For scripts: the keys are a contract.
extension ExportReport {
    /// One object, without a final line end.
    package var json: String {
        JSONValue.object([
            "isSound": .flag(isSound), "isWhole": .flag(isWhole), "scope": .text(survey.scope.rawValue),
            "rows": .object([
                "total": .integer(survey.rowsTotal), "toImport": .integer(survey.rowsQueued),
                "leftOut": JSONValue(survey.leftOut.totals.droppedTotal),
            ]),
            "chunks": JSONValue(survey.tasks), "bytes": .integer(survey.bytesRead),
            "sha256": isWhole ? .text(survey.sha256) : .null,
            "models": .list(survey.models.map(member)), "version": version.map(Self.member) ?? .null,
            "adapted": .object(survey.adapted.counts.mapValues { JSONValue($0) }),
            "adaptedRows": .list(survey.adapted.kinds.flatMap(Self.members)), "rowsMade": .integer(survey.rowsMade),
            "learned": .object(
                Dictionary(
                    survey.learned.map { ($0.model, JSONValue($0.fields.count)) },
                    uniquingKeysWith: { first, _ in first })),
            "losses": .list(survey.losses.map(JSONValue.text)),
            "warnings": .list(survey.warnings.map(JSONValue.text)), "faultsTotal": JSONValue(faults.count),
            "faults": .list(faults.kinds.compactMap(Self.member)),
        ]).prettyText
    }

    private func member(_ model: ExportSurvey.ModelCount) -> JSONValue {
        let leftOut = survey.leftOut.models[model.model]?.dropped ?? [:]
        return .object([
            "model": .text(model.model), "rows": .integer(model.rows),
            "leftOut": .object(leftOut.mapValues { JSONValue($0) }),
        ])
    }

    private static func member(_ version: SentryVersions) -> JSONValue {
        .object([
            "earliest": version.earliest.map(JSONValue.text) ?? .null,
            "latest": version.latest.map(JSONValue.text) ?? .null,
            "likeliest": version.likeliest.map {
                .list([.text($0.lowerBound.description), .text($0.upperBound.description)])
            } ?? .null, "isMixed": .flag(version.isMixed),
            "because": .list(version.because.map(JSONValue.text)),
        ])
    }

    private static func member(_ kind: ExportFaults.Kind) -> JSONValue? {
        guard let first = kind.listed.first else { return nil }
        return .object([
            "model": JSONValue(nonEmpty: first.place.model ?? ""),
            "field": JSONValue(nonEmpty: first.place.field ?? ""),
            "problem": .text(first.message), "count": JSONValue(kind.count),
            "places": .list(kind.listed.map { place($0.place) }),
        ])
    }

    private static func members(_ kind: AdaptationAccount.Kind) -> [JSONValue] {
        kind.listed.map { listed in
            guard case .object(let members) = place(listed) else { return .null }
            return .object(
                members.merging(["what": .text(kind.name), "model": JSONValue(nonEmpty: listed.model ?? "")]) { $1 })
        }
    }

    private static func place(_ place: ExportPlace) -> JSONValue {
        let numbers = [
            "record": place.record, "byte": place.byte, "line": place.line, "ordinal": place.ordinal,
            "sourcePK": place.sourcePK,
        ]
        return .object(numbers.mapValues { $0.map(JSONValue.integer) ?? .null })
    }
}
