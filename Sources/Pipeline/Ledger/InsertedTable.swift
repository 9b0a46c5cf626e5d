import Catalogue
import Storage

/// Reads and writes which rows a relocation has inserted that no chunk row names: implicit rows, those of a source key that
/// occurs again, and e-mail addresses, which count as rows that were there.
struct InsertedTable {
    let database: any Database
    /// The relocation whose rows are read and written.
    let uuid: String

    private static var table: Table { OwnTables.standard.inserted }

    func insert(_ ids: [Int64], into table: Table) throws(StorageError) {
        let values: [Value] = [.text(uuid), .text(table.name), .text(IDRanges.text(ids))]
        try database.insert(Insert(into: Self.table, columns: ["uuid", "table_name", "row_ids"], rows: [values]))
    }

    /// Table → ids, as often as they were noted.
    func all() throws(StorageError) -> [String: [Int64]] {
        var out: [String: [Int64]] = [:]
        let rows = try database.select(
            Select(["table_name", "row_ids"], from: Self.table, where: [.equals("uuid", .text(uuid))]))
        for row in rows {
            guard let ids = IDRanges.ids(row[1].text ?? "") else {
                throw StorageError(
                    .other, "which rows of \(row[0].text ?? "") were inserted cannot be read in \(Self.table.name)",
                    table: Self.table.name)
            }
            out[row[0].text ?? "", default: []] += ids
        }
        return out
    }
}

/// Ids as text: `7,12-40`.
enum IDRanges {
    /// Ids that one text may stand for: more than one transaction inserts.
    private static let limit: Int64 = 10_000_000

    static func text(_ ids: [Int64]) -> String {
        var ranges: [ClosedRange<Int64>] = []
        for id in ids.sorted() {
            if let last = ranges.last, id <= last.upperBound &+ 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(id, last.upperBound)
            } else {
                ranges.append(id...id)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// nil for a text of another form.
    static func ids(_ text: String) -> [Int64]? {
        var out: [Int64] = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                last - first < limit
            else { return nil }
            out += first...last
        }
        return out
    }
}
