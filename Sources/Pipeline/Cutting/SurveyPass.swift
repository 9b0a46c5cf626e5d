public import Catalogue
public import ExportFormat
public import TaskFormat

extension ExportSource {
    /// The first pass: checks that the file is sound by decoding every field of every row that the import writes, and
    /// counts rows and chunks. With a filter it reads the file twice. Throws the first fault.
    ///
    /// - Parameters:
    ///   - chunkSize: ordinals per chunk
    ///   - onProgress: gets the bytes read so far, of all passes
    public func survey(
        scope: ImportScope, filter: ExportFilter?, chunkSize: Int, chunks limits: ChunkLimits = .standard,
        onProgress: @escaping (Int64) -> Void = { _ in }
    ) throws(ExportError) -> ExportSurvey {
        var pass = SurveyPass(self, chunkSize: chunkSize, limits: limits)
        pass.onProgress = onProgress
        do { return try pass.run(scope, filter) } catch { throw located(error) }
    }
}

/// Reads a file to check and count its rows.
struct SurveyPass {
    private let source: ExportSource
    private let chunkSize: Int
    private let limits: ChunkLimits
    /// What was found so far; nil if the pass ends at the first fault.
    private(set) var faults: ExportFaults?
    /// False if a fault hides the rest of the file.
    private(set) var isWhole = true
    /// Model → the fields of its first row.
    private(set) var fieldNames: [String: Set<String>] = [:]
    var onProgress: (Int64) -> Void = { _ in }

    /// Rows between two reports of progress.
    private static let rowsPerProgress: Int64 = 4096

    init(_ source: ExportSource, chunkSize: Int, limits: ChunkLimits, faults: ExportFaults? = nil) {
        self.source = source
        self.chunkSize = chunkSize
        self.limits = limits
        self.faults = faults
    }

    mutating func run(_ scope: ImportScope, _ filter: ExportFilter?) throws(ExportError) -> ExportSurvey {
        guard 1...limits.maxRows ~= chunkSize else {
            throw ExportError(.tooLarge, "a chunk has 1 to \(limits.maxRows) rows, not \(chunkSize)")
        }
        var survey = ExportSurvey(scope: scope, filter: filter, chunkSize: chunkSize)
        var filterWarnings: [String] = []
        var gathered: FileWalk?
        if let filter {
            var rowFilter = RowFilter(filter)
            gathered = try gather(&rowFilter, scope)
            if isWhole { filterWarnings = try rowFilter.warnings() }
            survey.rowFilter = rowFilter
        }
        let walk = try check(&survey, readBefore: gathered?.reader.bytesRead ?? 0)
        if let gathered, isWhole { try gathered.requireSame(as: survey) }
        survey.warnings += filterWarnings
        fieldNames = Dictionary(walk.models.map { ($0.name, $0.fieldNames) }, uniquingKeysWith: { first, _ in first })
        return survey
    }

    /// Completes the filter. Faults that it meets are met again when the rows are checked.
    private mutating func gather(_ filter: inout RowFilter, _ scope: ImportScope) throws(ExportError) -> FileWalk {
        let walk = try FileWalk(source, scope: scope)
        while true {
            do throws(ExportError) {
                guard let model = try walk.next() else { return walk }
                try filter.gather(walk, model.name)
            } catch {
                guard faults != nil, Self.isFault(error) else { throw error }
                if walk.isBroken {
                    isWhole = false
                    return walk
                }
            }
            tell(walk, 0)
        }
    }

    /// Checks the rows that the import writes, and counts all.
    private mutating func check(_ survey: inout ExportSurvey, readBefore: Int64) throws(ExportError) -> FileWalk {
        let walk = try FileWalk(source, scope: survey.scope)
        let filter = survey.rowFilter
        var warnings = SurveyWarnings()
        var tally = Tally(chunkSize: chunkSize, limits: limits)
        while true {
            do throws(ExportError) {
                guard let model = try walk.next() else { break }
                try check(model, walk, filter, &warnings, &tally)
            } catch {
                try take([error])
                isWhole = isWhole && !walk.isBroken
                if walk.isBroken { break }
            }
            tell(walk, readBefore)
        }
        tally.finish(walk.models)
        survey.take(walk, warnings, lateModels: source.catalogue.lateModels)
        survey.take(tally)
        return walk
    }

    private mutating func check(
        _ model: FileWalk.ModelState, _ walk: FileWalk, _ filter: RowFilter?, _ warnings: inout SurveyWarnings,
        _ tally: inout Tally
    ) throws(ExportError) {
        let isAccepted = model.disposition == .queued ? try filter?.accepts(walk, model.name) ?? true : true
        if isAccepted, let plan = model.plan {
            do throws(ExportError) {
                let (key, notes) = try walk.check(plan)
                warnings.add(key, of: model)
                warnings.add(notes)
            } catch {
                guard faults != nil else { throw error }
                try take(walk.faults(plan))
                return
            }
        }
        tally.add(model, bytes: walk.rowBytes, isAccepted: isAccepted)
    }

    /// Collects faults, or throws the first.
    private mutating func take(_ errors: [ExportError]) throws(ExportError) {
        for error in errors {
            guard faults != nil, Self.isFault(error) else { throw error }
            faults?.add(error)
        }
    }

    /// Whether an error is a fault of the file's content.
    private static func isFault(_ error: ExportError) -> Bool { error.kind == .badData || error.kind == .tooLarge }

    private func tell(_ walk: FileWalk, _ readBefore: Int64) {
        if walk.reader.number % Self.rowsPerProgress == 0 { onProgress(readBefore + walk.reader.bytesRead) }
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
