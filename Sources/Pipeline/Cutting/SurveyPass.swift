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
            survey.warnings = try check(walk) { model throws(ExportError) in try rowFilter.gather(walk, model.name) }
            survey.take(walk)
            survey.rowFilter = rowFilter
            try count(rowFilter, survey, &tally)
        } else {
            survey.warnings = try check(walk) { model in tally.add(model, bytes: walk.rowBytes, isAccepted: true) }
            survey.take(walk)
        }
        tally.finish(walk.models)
        survey.take(tally)
        return survey
    }

    /// Checks all rows and passes each one's model to `onRow`. Returns the warnings.
    private func check(
        _ walk: FileWalk, onRow: (FileWalk.ModelState) throws(ExportError) -> Void
    ) throws(ExportError) -> [String] {
        var warnings = SurveyWarnings()
        while let model = try walk.next() {
            if let plan = model.plan {
                let (key, notes) = try walk.check(plan)
                warnings.add(key)
                if model.disposition == .queued { warnings.add(notes) }
            }
            try onRow(model)
        }
        return warnings.texts(walk)
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
    fileprivate mutating func take(_ walk: FileWalk) {
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

/// Counts unusual primary keys, which an exporter does not write, yet the import accepts, and values that do not stay as
/// they are.
private struct SurveyWarnings {
    private var missing = 0
    private var negative = 0
    private var zero = 0
    private var fraction = 0
    private var string = 0
    private var withoutNUL = 0
    private var keptPickles = 0

    mutating func add(_ notes: RowNotes) {
        if notes.contains(.losesNUL) { withoutNUL += 1 }
        if notes.contains(.keepsPickle) { keptPickles += 1 }
    }

    mutating func add(_ key: PrimaryKey) {
        switch key.form {
        case .integer: break
        case .missing: missing += 1
        case .fraction: fraction += 1
        case .string: string += 1
        }
        guard let value = key.value, value <= 0 else { return }
        if value == 0 { zero += 1 } else { negative += 1 }
    }

    func texts(_ walk: FileWalk) -> [String] {
        var out: [String] = []
        if walk.reader.isEmptyObject {
            out.append("the export is an empty object: 0 rows")
        } else if walk.models.isEmpty {
            out.append("the export is an empty list: 0 rows")
        }
        for model in walk.models {
            let name = ShownName.safe(model.name)
            switch model.disposition {
            case .unknown: out.append("\(Self.rows(model.rows)) of the unknown model \(name) left out")
            case .excluded: out.append("\(Self.rows(model.rows)) of \(name), which is never relocated, left out")
            case .deleted: out.append("\(Self.rows(model.rows)) of \(name), which no longer exists, left out")
            case .queued, .outOfScope: break
            }
        }
        let keys = [
            (missing, "without a primary key, which will be dropped"), (negative, "with a negative primary key"),
            (zero, "with the primary key 0"), (fraction, "with a fraction as primary key, which is cut off"),
            (string, "with a string as primary key"),
            (withoutNUL, "with NUL characters in texts, which are taken out"),
            (keptPickles, "with a pickled value that is not plain data, which stays as text"),
        ]
        for (count, words) in keys where count > 0 { out.append("\(Self.rows(Int64(count))) \(words)") }
        return out
    }

    private static func rows(_ count: Int64) -> String { count == 1 ? "1 row" : "\(count) rows" }
}
