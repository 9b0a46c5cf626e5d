import Catalogue
import ExportFormat

/// Where the rows of a model stand in a file, and their order in the comparison. It holds keys and places, no rows.
// More than eight properties: one list per fact about a row, so that each fact takes no more room than it needs.
final class ModelIndex {
    let name: String
    let rules: RowComparison
    /// The fields that order the rows; empty if the primary key does.
    let ordinalFields: [FieldName]
    /// The name as the file spells it first.
    private let spelling: [UInt8]

    // Of each row, in the order of the file.
    private(set) var keys: [RowKey] = []
    private(set) var places: [Int64] = []
    private(set) var lengths: [UInt32] = []
    /// Rows with equal digests are equal in a fast comparison; nil stands as 0. Empty in any other.
    private(set) var digests: [UInt64] = []

    /// Rows that are ordered by their primary key: their numbers, once any row is not.
    private var keyed: [Int32]?
    /// Rows that are ordered by other fields, and these fields' values.
    private var tupled: [Int32] = []
    private(set) var tuples = OrdinalKeys()
    private var highest: RowKey?

    /// Rows in the order of the comparison; nil if that is the file's.
    private var order: [Int32]?
    /// Rows by their keys, and the ordinal of each row; nil if both are those of the file.
    private var byKey: [Int32]?
    private var ordinals: [Int32] = []

    init(_ name: String, _ model: Model?, spelling: UnsafeBufferPointer<UInt8>) {
        self.name = name
        self.spelling = Array(spelling)
        rules = RowComparison(name, model)
        ordinalFields = (model?.ordinalFields ?? []).map { FieldName($0) }
    }

    func isSpelled(_ name: UnsafeBufferPointer<UInt8>) -> Bool { spelling.elementsEqual(name) }

    /// Rows that take part in the comparison. Those whose ordinal fields are repeated do not.
    var count: Int { order?.count ?? keys.count }

    // MARK: - Building

    func append(_ key: RowKey, at place: Int64, length: Int) {
        keys.append(key)
        places.append(place)
        lengths.append(UInt32(length))
    }

    /// The digest of the newest row; nil if it has to be compared in any case.
    func append(digest: UInt64?) { digests.append(digest ?? 0) }

    /// How the newest row relates to the rows before it.
    enum KeyOrder {
        case ascending, incomparable
        /// The key that the new one does not exceed.
        case unordered(RowKey)
    }

    /// The newest row is ordered by its primary key.
    func orderByKey() -> KeyOrder {
        let row = keys.count - 1
        keyed?.append(Int32(row))
        guard let highest else {
            self.highest = keys[row]
            return .ascending
        }
        guard highest.isComparable(with: keys[row]) else { return .incomparable }
        guard highest < keys[row] else { return .unordered(highest) }
        self.highest = keys[row]
        return .ascending
    }

    /// The ordinal of the row that was ordered by its key last.
    var keyedCount: Int { keyed?.count ?? keys.count }

    /// The newest row is ordered by other fields. `build` appends their values.
    func orderByTuple<Failure: Error>(_ build: (inout OrdinalKeys) throws(Failure) -> Void) throws(Failure) {
        let row = keys.count - 1
        if keyed == nil { keyed = (0..<Int32(row)).map { $0 } }
        tupled.append(Int32(row))
        try build(&tuples)
        tuples.finishKey()
    }

    // MARK: - Ordering

    /// A row with the ordinal fields of one before it.
    struct Repeated {
        let row: Int
        let tuple: String
    }

    /// All rows are there. Returns the rows whose ordinal fields are repeated.
    ///
    /// - Throws: the rows whose ordinal fields have no order.
    func seal() throws(NoOrder) -> [Repeated] {
        guard let keyed, !tupled.isEmpty else { return [] }
        let tuples = tuples
        let sorted = (0..<tupled.count).sorted { left, right in
            tuples.precedes(left, right) || left < right && tuples.areEqual(left, right)
        }
        for (left, right) in zip(sorted, sorted.dropFirst()) where !tuples.areComparable(left, right) {
            throw NoOrder(row: Int(tupled[max(left, right)]))
        }
        // The last one of equal rows stays, as in the reference.
        let kept = sorted.indices.filter { $0 + 1 == sorted.count || !tuples.areEqual(sorted[$0], sorted[$0 + 1]) }
        let order = keyed + kept.map { tupled[sorted[$0]] }
        self.order = order
        number(order)
        return repeated(sorted)
    }

    private func repeated(_ sorted: [Int]) -> [Repeated] {
        zip(sorted, sorted.dropFirst()).filter { tuples.areEqual($0, $1) }
            .map { Repeated(row: Int(tupled[$1]), tuple: tuples.pythonForm($1)) }
    }

    private func number(_ order: [Int32]) {
        ordinals = Array(repeating: 0, count: keys.count)
        for (place, row) in order.enumerated() { ordinals[Int(row)] = Int32(place + 1) }
        byKey = order.sorted { keys[Int($0)] < keys[Int($1)] || keys[Int($0)] == keys[Int($1)] && $0 < $1 }
    }

    // MARK: - Finding

    /// The error that says what is wrong with a row.
    func refused(_ problem: String, _ row: Int) -> ExportError {
        var place = ExportPlace(byte: places[row], model: name, ordinal: Int64(row + 1))
        if case .integer(let key) = keys[row] { place.sourcePK = key }
        return ExportError(.badData, "this row \(problem)", place: place)
    }

    /// - Parameter place: 0-based, in the order of the comparison
    func row(at place: Int) -> Int { order.map { Int($0[place]) } ?? place }

    /// The 1-based place of the row with that key; nil if there is none.
    func ordinal(of key: RowKey) -> Int64? {
        guard let byKey else { return position(of: key, count: keys.count) { keys[$0] }.map { Int64($0 + 1) } }
        return position(of: key, count: byKey.count) { keys[Int(byKey[$0])] }.map { Int64(ordinals[Int(byKey[$0])]) }
    }

    /// The last place of a key in an ascending list.
    private func position(of key: RowKey, count: Int, _ keyAt: (Int) -> RowKey) -> Int? {
        guard count > 0 else { return nil }
        // Mostly no key is missing between two others.
        if case .integer(let wanted) = key, case .integer(let first) = keyAt(0) {
            let (guess, overflow) = wanted.subtractingReportingOverflow(first)
            if !overflow, 0..<Int64(count) ~= guess, keyAt(Int(guess)) == key,
                guess + 1 == count || keyAt(Int(guess) + 1) != key
            {
                return Int(guess)
            }
        }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if key < keyAt(middle) { high = middle } else { low = middle + 1 }
        }
        return low > 0 && keyAt(low - 1) == key ? low - 1 : nil
    }
}

/// A row's ordinal fields cannot be compared with those of another row.
struct NoOrder: Error {
    /// 0-based, among the model's rows in the file.
    let row: Int
}
