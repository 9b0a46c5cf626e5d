/// Counters of rows that the destination's records hold, apart from the counters of what became of the rows. They are
/// kept with those, so that one acknowledgement counts both: `subject|recorded` → rows.
enum RecordedRows {
    private static let ending = "|recorded"

    static func counters(_ rows: [String: Int]) -> [String: Int] {
        Dictionary(rows.map { ($0.key + ending, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// Splits counters into the two kinds.
    static func split(_ counters: [String: Int]) -> (outcomes: [String: Int], recorded: [String: Int]) {
        var outcomes = counters
        var recorded: [String: Int] = [:]
        for (counter, rows) in counters where counter.hasSuffix(ending) {
            outcomes[counter] = nil
            recorded[String(counter.dropLast(ending.count))] = rows
        }
        return (outcomes, recorded)
    }
}
