/// Compares the rows of a file, in its order, with those that an import has already written. Pure.
public struct WrittenRowsComparison {
    /// How the file differs first.
    public enum Difference: Error, Sendable, Equatable {
        /// This row is not what was written.
        case changed(model: String, ordinal: Int64)
        /// One of these rows is not what was written.
        case changedOne(model: String, first: Int64, last: Int64)
        /// The file does not have this row.
        case missing(model: String, ordinal: Int64)
    }

    private var models: [String: WrittenModel] = [:]

    public init(_ written: [WrittenRows]) {
        for (model, chunks) in Dictionary(grouping: written.filter { !$0.isEmpty }, by: \.model) {
            models[model] = WrittenModel(model, chunks)
        }
    }

    /// Whether there is nothing to compare, or nothing left.
    public var isDone: Bool { models.isEmpty }

    /// Compares a model's next row. Returns whether it is one of the written ones.
    public mutating func add(_ model: String, ordinal: Int64, digest: UInt64) throws(Difference) -> Bool {
        guard var rows = models.removeValue(forKey: model) else { return false }
        let isWritten = try rows.add(ordinal, digest)
        if !rows.isDone { models[model] = rows }
        return isWritten
    }

    /// After the last row.
    public func finish() throws(Difference) {
        for (_, rows) in models.sorted(by: { $0.key < $1.key }) { try rows.finish() }
    }
}

/// The written rows of one model. Chunks of different sizes may overlap.
private struct WrittenModel {
    private let model: String
    /// Chunks that are still to come, the next one last.
    private var coming: [WrittenRows]
    private var open: [OpenChunk] = []

    init(_ model: String, _ chunks: [WrittenRows]) {
        self.model = model
        coming = chunks.sorted { $0.first > $1.first }
    }

    var isDone: Bool { coming.isEmpty && open.isEmpty }

    mutating func add(_ ordinal: Int64, _ digest: UInt64) throws(WrittenRowsComparison.Difference) -> Bool {
        while let next = coming.last, next.first <= ordinal { open.append(OpenChunk(coming.removeLast())) }
        var isWritten = false
        for place in open.indices {
            guard let expected = open[place].next, expected <= ordinal else { continue }
            guard expected == ordinal else { throw .missing(model: model, ordinal: expected) }
            guard open[place].takes(digest) else { throw .changed(model: model, ordinal: ordinal) }
            isWritten = true
        }
        for chunk in open where chunk.next == nil { try chunk.finish() }
        open.removeAll { $0.next == nil }
        return isWritten
    }

    func finish() throws(WrittenRowsComparison.Difference) {
        let left = open.compactMap(\.next) + coming.map(\.first)
        if let first = left.min() { throw .missing(model: model, ordinal: first) }
    }
}

/// The rows of one chunk that is being compared.
private struct OpenChunk {
    private let rows: WrittenRows
    private var range = 0
    private var taken = 0
    private var digest: UInt64 = 0
    /// The ordinal of the row that comes next; nil after the last one.
    private(set) var next: Int64?

    init(_ rows: WrittenRows) {
        self.rows = rows
        next = rows.ordinals.first?.lowerBound
    }

    /// Takes the next row. False if it is another one than was written.
    mutating func takes(_ rowDigest: UInt64) -> Bool {
        guard let ordinal = next, rows.marks[taken] == WrittenRows.mark(rowDigest) else { return false }
        digest = StableHash.mix(digest, rowDigest)
        taken += 1
        if ordinal < rows.ordinals[range].upperBound {
            next = ordinal + 1
        } else {
            range += 1
            next = range < rows.ordinals.count ? rows.ordinals[range].lowerBound : nil
        }
        return true
    }

    func finish() throws(WrittenRowsComparison.Difference) {
        guard digest != rows.digest else { return }
        throw .changedOne(
            model: rows.model, first: rows.first, last: rows.ordinals.last?.upperBound ?? rows.first)
    }
}

extension WrittenRowsComparison.Difference {
    public var model: String {
        switch self {
        case .changed(let model, _), .changedOne(let model, _, _), .missing(let model, _): model
        }
    }

    public var ordinal: Int64 {
        switch self {
        case .changed(_, let ordinal), .missing(_, let ordinal): ordinal
        case .changedOne(_, let first, _): first
        }
    }

    /// For people, with the remedy; the place stands before it.
    public var reason: String {
        let what =
            switch self {
            case .changed: "this row is already written, and it was another one then"
            case .changedOne(_, _, let last): "one of the rows up to row \(last) is another one than is already written"
            case .missing: "this row is already written, and the file does not have it at this place"
            }
        return "\(what); " + Self.remedy
    }

    /// What helps where a file cannot replace another one.
    public static let remedy =
        "--replace-file can only change rows that are not written yet: leave the others as they were, or import the file "
        + "under another UUID"
}
