import Catalogue
public import ExportFormat
public import TaskFormat

extension ExportSource {
    /// The second pass: hands over the chunks in file order, those of ``ExportSurvey/deferredModels`` last. Throws what
    /// `onChunk` throws, and an ``ExportError`` when the file is not the one that was surveyed.
    public func cut(
        _ survey: ExportSurvey, chunks limits: ChunkLimits = .standard, onChunk: (Chunk) throws -> Void
    ) throws {
        var cutter = try Cutter(survey, limits)
        let sweeps: [Sweep] = survey.needsDeferredSweep ? [.allButDeferred, .deferredOnly] : [.all]
        for sweep in sweeps {
            let walk = try FileWalk(self, scope: survey.scope)
            while let model = try walk.next() {
                if let chunk = try cutter.add(walk, model, sweep) { try onChunk(chunk) }
            }
            if let chunk = try cutter.finish() { try onChunk(chunk) }
            try walk.requireSame(as: survey)
        }
        guard cutter.rows == survey.rowsQueued, cutter.chunks == survey.tasks else {
            throw ExportError(
                .changed, "the second reading of the export gave other rows than the first; start again")
        }
    }
}

/// Which models' chunks a sweep over the file hands over.
private enum Sweep {
    case all, allButDeferred, deferredOnly

    func takes(_ model: String) -> Bool {
        switch self {
        case .all: true
        case .allButDeferred: !ExportSurvey.deferredModels.contains(model)
        case .deferredOnly: ExportSurvey.deferredModels.contains(model)
        }
    }
}

/// Gathers rows into chunks.
private struct Cutter {
    private(set) var rows: Int64 = 0
    private(set) var chunks = 0
    private let filter: RowFilter?
    /// Rows in the file of each model of which rows are queued.
    private let totals: [String: Int64]
    private var windows: ChunkWindows
    private var model = ""
    private let encoder: ChunkEncoder
    private let minifier = RowMinifier()

    init(_ survey: ExportSurvey, _ limits: ChunkLimits) throws(TaskFormatError) {
        filter = survey.rowFilter
        let queued = survey.models.filter { survey.rowsQueued(of: $0.model) > 0 }
        totals = Dictionary(uniqueKeysWithValues: queued.map { ($0.model, $0.rows) })
        windows = ChunkWindows(chunkSize: survey.chunkSize, maxBytes: limits.maxBytes)
        encoder = try ChunkEncoder()
    }

    /// Takes a row in; returns the chunk that it closes.
    mutating func add(
        _ walk: FileWalk, _ state: FileWalk.ModelState, _ sweep: Sweep
    ) throws -> Chunk? {
        guard state.fate == .queued, sweep.takes(state.name) else { return try finish() }
        let isKept = try filter?.accepts(walk, state.name) ?? true
        let text = walk.reader.text
        var closed: Chunk?
        if windows.begins(model: state.number, ordinal: state.rows, bytes: text.count, isKept: isKept) {
            closed = try finish()
            windows.begin(model: state.number, ordinal: state.rows)
            model = state.name
            encoder.begin(minOrdinal: state.rows, hidden: hidden(from: state, walk))
        }
        if isKept {
            windows.keep(bytes: text.count)
            minifier.minified(text) { encoder.add($0, ordinal: state.rows) }
        }
        return closed
    }

    /// The models that rows of the window at hand may refer to and that (also) come behind it. A model's rows are
    /// counted up to the window's first row: between its rows stand none of another model. The deferred models come
    /// behind everything.
    private func hidden(
        from state: FileWalk.ModelState, _ walk: FileWalk
    ) -> [(model: String, from: Int64)] {
        guard let model = state.plan?.model, !ExportSurvey.deferredModels.contains(model.name) else { return [] }
        return model.referencedModels.sorted().compactMap { name in
            guard let total = totals[name] else { return nil }
            let seen = walk.rowsSoFar(of: name)
            return seen < total ? (name, seen + 1) : nil
        }
    }

    /// Closes the window at hand; nil when nothing is left in it.
    mutating func finish() throws(TaskFormatError) -> Chunk? {
        defer { windows.close() }
        guard windows.model != nil, windows.rows > 0 else { return nil }
        rows += Int64(windows.rows)
        chunks += 1
        return Chunk(
            model: model, minOrdinal: windows.minOrdinal, rows: windows.rows, payload: try encoder.payload(),
            sourceBytes: windows.bytes)
    }
}
