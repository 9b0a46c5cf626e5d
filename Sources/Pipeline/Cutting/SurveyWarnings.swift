import Adaptation
import Catalogue
import ExportFormat
import TaskFormat

/// What an exporter does not write and the import accepts, and values that do not stay as they are, counted for the
/// operator.
struct SurveyWarnings {
    private var missing = 0
    private var negative = 0
    private var zero = 0
    private var fraction = 0
    private var string = 0
    /// Rows with each of the notes.
    private var noteCounts = Array(repeating: 0, count: noted.count)
    /// The keys of each model's rows so far, by the model's number.
    private var keys: [KeyOrder] = []
    var losses = SilentLosses()

    private static let noted: [(note: RowNotes, words: String)] = [
        (.losesNUL, "with NUL characters in texts, which are taken out"),
        (.losesText, "with text that is not JSON where an object belongs, which becomes empty"),
        (.losesNumber, "with NaN or Infinity in JSON text, which becomes null"),
        (.losesKey, "in which a key occurs twice: the last value counts"),
        (.keepsPickle, "with a pickled value that is not plain data, which stays as text"),
    ]

    /// Counts a row whose values do not stay as they are.
    mutating func add(_ notes: RowNotes) {
        // Nearly every row: compared as a number, which needs no call into the other room.
        if notes.rawValue == 0 { return }
        for (place, note) in Self.noted.enumerated() where notes.contains(note.note) { noteCounts[place] += 1 }
    }

    /// Counts the key of a model's row.
    mutating func add(_ key: PrimaryKey, of model: FileWalk.ModelState) {
        switch key.form {
        case .integer: break
        case .missing: missing += 1
        case .fraction: fraction += 1
        case .string: string += 1
        }
        guard let value = key.value else { return }
        while keys.count <= model.number { keys.append(KeyOrder()) }
        keys[model.number].add(value)
        if value == 0 { zero += 1 } else if value < 0 { negative += 1 }
    }

    /// How many rows of each model that is queued the file has, and between which keys.
    func bounds(_ walk: FileWalk) -> KeyBounds {
        var bounds = KeyBounds()
        for model in walk.models where model.disposition == .queued {
            let order = model.number < keys.count ? keys[model.number] : KeyOrder()
            let range = order.lowest <= order.highest ? order.lowest...order.highest : nil
            bounds.models[model.name] = KeyBounds.Model(rows: model.rows, keys: range)
        }
        return bounds
    }

    func texts(_ walk: FileWalk, lateModels: Set<String>) -> [String] {
        fileTexts(walk) + walk.models.compactMap(Self.leftOut) + Self.unknownFields(walk) + rowTexts
            + walk.models.flatMap { model in
                // What is adapted is also brought into the right order.
                orderTexts(model) + (walk.adapter == nil ? Self.parents(behind: model, walk, lateModels) : [])
            }
    }

    private static func unknownFields(_ walk: FileWalk) -> [String] {
        (walk.adapter?.account.kinds ?? []).filter(\.isUnknown).map { "\(rows(Int64($0.count))) with \($0.name)" }
    }

    private func fileTexts(_ walk: FileWalk) -> [String] {
        if walk.reader.isEmptyObject { return ["the export is an empty object: 0 rows"] }
        return walk.models.isEmpty ? ["the export is an empty list: 0 rows"] : []
    }

    private static func leftOut(_ model: FileWalk.ModelState) -> String? {
        let name = ShownName.safe(model.name)
        return switch model.disposition {
        case .unknown: "\(rows(model.rows)) of the unknown model \(name) left out"
        case .excluded: "\(rows(model.rows)) of \(name), which is never relocated, left out"
        case .deleted: "\(rows(model.rows)) of \(name), which no longer exists, left out"
        case .queued, .outOfScope: nil
        }
    }

    private var rowTexts: [String] {
        let keyed = [
            (missing, "without a primary key, which will be dropped"), (negative, "with a negative primary key"),
            (zero, "with the primary key 0"), (fraction, "with a fraction as primary key, which is cut off"),
            (string, "with a string as primary key"),
        ]
        return (keyed + zip(noteCounts, Self.noted.map(\.words))).compactMap { count, words in
            count > 0 ? "\(Self.rows(Int64(count))) \(words)" : nil
        }
    }

    private func orderTexts(_ model: FileWalk.ModelState) -> [String] {
        guard model.disposition == .queued, model.number < keys.count else { return [] }
        let order = keys[model.number]
        var out: [String] = []
        if order.repeated > 0 {
            out.append(
                "\(order.isComplete ? "" : "at least ")\(Self.rows(order.repeated)) of \(model.name) with the same primary key "
                    + "as an earlier row; references mean the last one")
        }
        if order.descents > 0 { out.append("\(model.name) is not in the order of its primary keys") }
        return out
    }

    /// The models to which a model's rows may refer and of which rows come later in the file.
    private static func parents(
        behind model: FileWalk.ModelState, _ walk: FileWalk, _ lateModels: Set<String>
    ) -> [String] {
        guard model.disposition == .queued, let plan = model.plan, !lateModels.contains(model.name) else { return [] }
        let behind = walk.models.filter { other in
            other.disposition == .queued && other.number != model.number && other.lastRecord > model.firstRecord
                && plan.model.referencedModels.contains(other.name)
        }
        return behind.map {
            "rows of \(model.name) stand before rows of \($0.name): those that refer to a later row will be dropped"
        }
    }

    private static func rows(_ count: Int64) -> String { count == 1 ? "1 row" : "\(count) rows" }
}

/// Which primary keys a model's rows have, in bounded memory.
struct KeyOrder {
    /// Rows whose key an earlier row has.
    private(set) var repeated: Int64 = 0
    /// Rows whose key is lower than the highest before.
    private(set) var descents: Int64 = 0
    private(set) var lowest = Int64.max
    private(set) var highest = Int64.min
    /// Whether all keys were remembered: if not, there may be more repeated ones.
    private(set) var isComplete = true

    /// The range that the latest highest key extends; nil before the first key.
    private var current: ClosedRange<Int64>?
    /// Those before it, ascending and apart from each other.
    private var ranges: [ClosedRange<Int64>] = []
    /// Keys that came after a higher one.
    private var others: Set<Int64> = []

    /// Ranges, and other keys, that are remembered.
    static let limit = 1 << 16

    mutating func add(_ key: Int64) {
        if key < lowest { lowest = key }
        if key > highest { highest = key }
        guard let range = current else {
            current = key...key
            return
        }
        if key > range.upperBound {
            if key - 1 == range.upperBound { current = range.lowerBound...key } else { begin(key, after: range) }
        } else if range.contains(key) || holds(key) {
            repeated += 1
        } else {
            descents += 1
            if others.count < Self.limit { others.insert(key) } else { isComplete = false }
        }
    }

    private mutating func begin(_ key: Int64, after range: ClosedRange<Int64>) {
        if ranges.count < Self.limit { ranges.append(range) } else { isComplete = false }
        current = key...key
    }

    private func holds(_ key: Int64) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < key { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(key) || others.contains(key)
    }
}
