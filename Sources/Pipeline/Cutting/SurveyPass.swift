public import Catalogue
public import ExportFormat
public import TaskFormat

extension ExportSource {
    /// The first pass: checks that the whole file is sound by decoding every field of every known model, and counts
    /// rows and chunks. With a filter it reads the file twice.
    ///
    /// - Parameter chunkSize: ordinals per chunk
    public func survey(
        scope: ImportScope, filter: ExportFilter?, chunkSize: Int, chunks limits: ChunkLimits = .standard
    ) throws(ExportError) -> ExportSurvey {
        guard 1...limits.maxRows ~= chunkSize else {
            throw ExportError(.tooLarge, "a chunk has 1 to \(limits.maxRows) rows, not \(chunkSize)")
        }
        do { return try read(scope, filter, chunkSize, limits) } catch { throw located(error) }
    }

    private func read(
        _ scope: ImportScope, _ filter: ExportFilter?, _ chunkSize: Int, _ limits: ChunkLimits
    ) throws(ExportError) -> ExportSurvey {
        var survey = ExportSurvey(scope: scope, filter: filter, chunkSize: chunkSize)
        var tally = Tally(chunkSize: chunkSize, limits: limits)
        let walk = try FileWalk(self, scope: scope)
        if let filter {
            var rowFilter = RowFilter(filter)
            let found = try check(walk) { model throws(ExportError) in try rowFilter.gather(walk, model.name) }
            survey.take(walk, found, lateModels: catalogue.lateModels)
            survey.warnings += try rowFilter.warnings()
            survey.rowFilter = rowFilter
            try count(rowFilter, survey, &tally)
        } else {
            let found = try check(walk) { model in tally.add(model, bytes: walk.rowBytes, isAccepted: true) }
            survey.take(walk, found, lateModels: catalogue.lateModels)
        }
        tally.finish(walk.models)
        survey.take(tally)
        return survey
    }

    /// Checks all rows and passes each one's model to `onRow`. Returns what it has noticed.
    private func check(
        _ walk: FileWalk, onRow: (FileWalk.ModelState) throws(ExportError) -> Void
    ) throws(ExportError) -> SurveyWarnings {
        var warnings = SurveyWarnings()
        while let model = try walk.next() {
            if let plan = model.plan {
                let (key, notes) = try walk.check(plan)
                warnings.add(key, of: model)
                if model.disposition == .queued { warnings.add(notes) }
            }
            try onRow(model)
        }
        return warnings
    }

    /// Counts the rows that the filter accepts: reads the file once more, now that the filter is complete.
    private func count(_ filter: RowFilter, _ survey: ExportSurvey, _ tally: inout Tally) throws(ExportError) {
        let walk = try FileWalk(self, scope: survey.scope)
        while let model = try walk.next() {
            let isAccepted = model.disposition == .queued ? try filter.accepts(walk, model.name) : true
            tally.add(model, bytes: walk.rowBytes, isAccepted: isAccepted)
        }
        try walk.requireSame(as: survey)
    }
}

extension ExportSurvey {
    fileprivate mutating func take(_ walk: FileWalk, _ found: SurveyWarnings, lateModels: Set<String>) {
        warnings = found.texts(walk, lateModels: lateModels)
        keyBounds = found.bounds(walk)
        models = walk.models.map { ModelCount(model: $0.name, rows: $0.rows) }
        rowsTotal = models.reduce(0) { $0 + $1.rows }
        bytesRead = walk.reader.bytesRead
        sha256 = walk.reader.sha256()
    }

    fileprivate mutating func take(_ tally: Tally) {
        leftOut = tally.leftOut
        rowsQueued = tally.rowsQueued
        bytesQueued = tally.bytesQueued
        tasks = tally.tasks
    }
}

extension FileWalk {
    /// Called at the end of a pass. Throws if it has read another text than the survey.
    func requireSame(as survey: ExportSurvey) throws(ExportError) {
        guard reader.bytesRead == survey.bytesRead, reader.sha256() == survey.sha256 else {
            throw ExportError(
                .changed, "the export changed while it was read; start again once nothing writes to it")
        }
    }
}

/// Counts rows and chunks.
private struct Tally {
    private(set) var leftOut = RowAccount()
    private(set) var rowsQueued: Int64 = 0
    private(set) var bytesQueued: Int64 = 0
    private(set) var tasks = 0
    private var windows: ChunkWindows
    /// Model's number → filtered rows.
    private var filtered: [Int: Int] = [:]

    init(chunkSize: Int, limits: ChunkLimits) {
        windows = ChunkWindows(chunkSize: chunkSize, maxBytes: limits.maxBytes)
    }

    /// Counts the current row of a model.
    mutating func add(_ model: FileWalk.ModelState, bytes: Int, isAccepted: Bool) {
        guard model.disposition == .queued else {
            windows.close()
            return
        }
        let ordinal = model.rows
        if windows.begins(model: model.number, ordinal: ordinal, bytes: bytes, isKept: isAccepted) {
            windows.begin(model: model.number, ordinal: ordinal)
        }
        guard isAccepted else {
            filtered[model.number, default: 0] += 1
            return
        }
        if windows.rows == 0 { tasks += 1 }
        windows.keep(bytes: bytes)
        rowsQueued += 1
        bytesQueued += Int64(bytes)
    }

    /// Accounts for the rows that are left out, once all rows are counted.
    mutating func finish(_ models: [FileWalk.ModelState]) {
        for model in models {
            if let reason = model.disposition.dropReason {
                leftOut.dropped(Int(model.rows), model: model.name, reason)
            } else if let rows = filtered[model.number] {
                leftOut.dropped(rows, model: model.name, .filtered)
            }
        }
    }
}
