import Catalogue
public import ExportFormat
public import TaskFormat

extension ExportSource {
    /// The second pass: passes the chunks to `onChunk` in file order; if models stand before those that they refer to, in
    /// rounds, each of which reads the file once. Throws what `onChunk` throws, and an ``ExportError`` if the file has
    /// changed since the survey.
    public func cut(
        _ survey: ExportSurvey, chunks limits: ChunkLimits = .standard, onChunk: (Chunk) throws -> Void
    ) throws {
        var cutter = try Cutter(survey, lateModels: catalogue.lateModels, limits)
        for round in 0..<survey.order.rounds {
            let walk = try FileWalk(
                self, scope: survey.scope, adapter(survey.knowledge), makesRows: round == survey.order.rounds - 1,
                learns: survey.learns)
            while let model = try walk.next() {
                if let chunk = try cutter.add(walk, model, round) { try onChunk(chunk) }
            }
            if let chunk = try cutter.finish() { try onChunk(chunk) }
            try walk.requireSame(as: survey)
        }
        guard cutter.rows == survey.rowsQueued, cutter.chunks == survey.tasks else {
            throw ExportError(
                .changed, "the second pass over the export found other rows than the first; start again")
        }
    }
}

/// Gathers rows into chunks.
private struct Cutter {
    private(set) var rows: Int64 = 0
    private(set) var chunks = 0
    private let survey: ExportSurvey
    private let laterRows: LaterRows
    private var windows: ChunkWindows
    private var model = ""
    private let encoder: ChunkEncoder
    private let minifier = RowMinifier()

    init(_ survey: ExportSurvey, lateModels: Set<String>, _ limits: ChunkLimits) throws(TaskFormatError) {
        self.survey = survey
        laterRows = LaterRows(survey, lateModels: lateModels)
        windows = ChunkWindows(chunkSize: survey.chunkSize, maxBytes: limits.maxBytes)
        encoder = try ChunkEncoder()
    }

    /// Adds the current row. Returns the chunk before it if the row begins a new one.
    mutating func add(_ walk: FileWalk, _ state: FileWalk.ModelState, _ round: Int) throws -> Chunk? {
        guard state.disposition == .queued, walk.isMade || survey.order.round(of: state.name) == round else {
            return try finish()
        }
        let isKept = try walk.refusal(state, survey.rowFilter) == nil
        let bytes = walk.rowBytes
        var closed = walk.rowsMade == 1 ? try finish() : nil
        if windows.begins(model: state.number, ordinal: state.rows, bytes: bytes, isKept: isKept) {
            closed = try finish() ?? closed
            windows.begin(model: state.number, ordinal: state.rows)
            model = state.name
            // Rounds put what is referred to before what refers to it.
            encoder.begin(
                minOrdinal: state.rows, hidden: survey.order.rounds > 1 ? [] : laterRows.hidden(from: state, walk))
        }
        if isKept {
            windows.keep(bytes: bytes)
            walk.withText { text, isSpaced in
                if isSpaced {
                    minifier.minified(text) { encoder.add($0, ordinal: state.rows) }
                } else {
                    encoder.add(text, ordinal: state.rows)
                }
            }
        }
        return closed
    }

    /// Closes the current window. Returns its chunk; nil if no row was kept.
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

/// Knows which rows come after a window in the file.
private struct LaterRows {
    /// Rows in the file, for each model with queued rows.
    private let totals: [String: Int64]
    private let lateModels: Set<String>

    init(_ survey: ExportSurvey, lateModels: Set<String>) {
        let queued = survey.models.filter { survey.rowsQueued(of: $0.model) > 0 }
        totals = Dictionary(queued.map { ($0.model, $0.rows) }, uniquingKeysWith: { first, _ in first })
        self.lateModels = lateModels
    }

    /// The models that rows of a window may refer to and that have rows after it, each with the first such ordinal. A
    /// window has no rows of another model in between, so the counts at its first row hold for all its rows. Late
    /// models are imported after all others, so nothing is hidden from them.
    func hidden(from state: FileWalk.ModelState, _ walk: FileWalk) -> [(model: String, from: Int64)] {
        guard let model = state.plan?.model, !lateModels.contains(model.name) else { return [] }
        return model.referencedModels.sorted().compactMap { name in
            guard let total = totals[name] else { return nil }
            let seen = walk.rowsSoFar(of: name)
            return seen < total ? (name, seen + 1) : nil
        }
    }
}
