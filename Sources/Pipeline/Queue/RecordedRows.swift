/// Counters of rows that the destination's records hold, apart from the counters of what became of the rows. They are
/// kept with those, so that one acknowledgement counts both: `subject|recorded` → rows.
enum RecordedRows {
    private static let ending = "|recorded"

    /// When the destination's own record of a relocation with steps was last changed, see ``RelocationStatus/recordChanged``.
    private static let recordChanged = "record|changed"

    static func counters(_ rows: [String: Int], _ recordChanged: Int) -> [String: Int] {
        var counters = Dictionary(rows.map { ($0.key + ending, $0.value) }, uniquingKeysWith: { first, _ in first })
        if recordChanged > 0 { counters[Self.recordChanged] = recordChanged }
        return counters
    }

    /// Splits the fields of the counters into the kinds.
    static func split(
        _ fields: [String: String]
    ) -> (outcomes: [String: Int], recorded: [String: Int], recordChanged: Int) {
        var fields = fields
        let changed = fields.removeValue(forKey: recordChanged).flatMap { Int64($0) } ?? 0
        var outcomes = fields.compactMapValues(RecordFields.number)
        var recorded: [String: Int] = [:]
        for (counter, rows) in outcomes where counter.hasSuffix(ending) {
            outcomes[counter] = nil
            recorded[String(counter.dropLast(ending.count))] = rows
        }
        return (outcomes, recorded, Int(RecordFields.bounded(microseconds: changed)))
    }
}
