import Adaptation
import ExportFormat
import Reporting

extension AdaptationAccount {
    /// Rows of one kind, and in all, that a record lists.
    private static let recordedPerKind = 5
    private static let recorded = 100

    /// What → rows, for the record.
    var json: String { JSONValue.object(counts.mapValues { JSONValue($0) }).lineText }

    /// The first rows of each kind, for the record.
    var listedRows: [String] {
        let rows = kinds.flatMap { kind in kind.listed.prefix(Self.recordedPerKind).map { (kind.name, $0) } }
        return rows.prefix(Self.recorded).map { name, place in JSONValue.object(place.members(of: name)).lineText }
    }
}

extension ExportPlace {
    fileprivate func members(of what: String) -> [String: JSONValue] {
        let numbers = ["line": line, "record": record, "ordinal": ordinal, "pk": sourcePK]
        return numbers.compactMapValues { $0.map(JSONValue.integer) }
            .merging(["what": .text(what), "model": JSONValue(nonEmpty: model ?? "")]) { $1 }
    }
}
