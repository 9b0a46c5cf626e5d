import Adaptation
public import Catalogue
public import ExportFormat
public import TaskFormat

extension ExportSource {
    /// The first pass: checks that the file is sound by decoding every field of every row that the import writes, and
    /// counts rows and chunks. With a filter it reads the file twice. Throws the first fault.
    ///
    /// - Parameters:
    ///   - chunkSize: ordinals per chunk
    ///   - versions: what becomes of exports of other versions
    ///   - learns: whether models that the catalogue does not know are queued, to be learned by a worker
    ///   - onProgress: gets the bytes read so far, of all passes
    public func survey(
        scope: ImportScope, filter: ExportFilter?, chunkSize: Int, chunks limits: ChunkLimits = .standard,
        versions: VersionPolicy = .strict, learns: Bool = false, onProgress: @escaping (Int64) -> Void = { _ in }
    ) throws(ExportError) -> ExportSurvey {
        var pass = SurveyPass(self, chunkSize: chunkSize, limits: limits, versions: versions)
        pass.learns = learns
        pass.onProgress = onProgress
        do { return try pass.run(scope, filter) } catch { throw located(error) }
    }
}

/// Reads a file to check and count its rows.
// More than eight properties: the file and its limits, and what was found.
struct SurveyPass {
    private let source: ExportSource
    private let chunkSize: Int
    private let limits: ChunkLimits
    private let versions: VersionPolicy
    /// What was found so far; nil if the pass ends at the first fault.
    private(set) var faults: ExportFaults?
    /// False if a fault hides the rest of the file.
    private(set) var isWhole = true
    /// Model → the fields of its first row.
    private(set) var fieldNames: [String: Set<String>] = [:]
    /// Whether models that the catalogue does not know are queued.
    var learns = false
    var onProgress: (Int64) -> Void = { _ in }
    /// Bytes that earlier passes have read.
    private var readBefore: Int64 = 0

    /// Rows between two reports of progress.
    private static let rowsPerProgress: Int64 = 4096

    init(
        _ source: ExportSource, chunkSize: Int, limits: ChunkLimits, versions: VersionPolicy,
        faults: ExportFaults? = nil
    ) {
        self.source = source
        self.chunkSize = chunkSize
        self.limits = limits
        self.versions = versions
        self.faults = faults
    }

    mutating func run(_ scope: ImportScope, _ filter: ExportFilter?) throws(ExportError) -> ExportSurvey {
        guard 1...limits.maxRows ~= chunkSize else {
            throw ExportError(.tooLarge, "a chunk has 1 to \(limits.maxRows) rows, not \(chunkSize)")
        }
        var survey = ExportSurvey(scope: scope, filter: filter, chunkSize: chunkSize)
        survey.knowledge = versions.knowledge
        survey.learns = learns
        var filterWarnings: [String] = []
        var gathered: FileWalk?
        if let filter {
            gathered = try gather(filter, &survey)
            if isWhole { filterWarnings = try survey.rowFilter?.warnings() ?? [] }
        }
        let walk = try check(&survey, learns: filter == nil)
        if let gathered, isWhole { try gathered.requireSame(as: survey) }
        survey.warnings += filterWarnings
        fieldNames = Dictionary(walk.models.map { ($0.name, $0.fieldNames) }, uniquingKeysWith: { first, _ in first })
        return survey
    }

    /// Completes the filter. Faults that it meets are met again when the rows are checked.
    private mutating func gather(_ filter: ExportFilter, _ survey: inout ExportSurvey) throws(ExportError) -> FileWalk {
        var learns = true
        while true {
            var rowFilter = RowFilter(filter, takesAnyOrder: versions != .strict)
            let adapter = source.adapter(survey.knowledge, isLearning: learns)
            let walk = try FileWalk(source, scope: survey.scope, adapter, makesRows: false, learns: survey.learns)
            try gather(&rowFilter, walk)
            survey.rowFilter = rowFilter
            adapter?.finish(organizations: rowFilter.acceptedOrganizations)
            guard learn(adapter, walk, &survey, &learns) else { return walk }
        }
    }

    private mutating func gather(_ filter: inout RowFilter, _ walk: FileWalk) throws(ExportError) {
        while true {
            do throws(ExportError) {
                guard let model = try walk.next() else { return }
                try filter.gather(walk, model.name)
            } catch {
                guard faults != nil, Self.isFault(error) else { throw error }
                if walk.isBroken {
                    isWhole = false
                    return
                }
            }
            tell(walk)
        }
    }

    /// Takes over what a pass has found out about the file. Returns whether that decides something differently than the
    /// pass did, so that it must be made again.
    private mutating func learn(
        _ adapter: RowAdapter?, _ walk: FileWalk, _ survey: inout ExportSurvey, _ learns: inout Bool
    ) -> Bool {
        readBefore += walk.reader.bytesRead
        guard let adapter, learns else { return false }
        survey.knowledge = adapter.learned
        let isAgain =
            isWhole
            && (adapter.needsAnotherPass || adapter.metNewKeys || ImportOrder(walk.models, source.catalogue).rounds > 1)
        learns = adapter.metNewKeys
        return isAgain
    }

    /// Checks the rows that the import writes, and counts all. Without a filter the first pass also finds out what decides
    /// how rows are adapted; it is repeated if that changes what it has done.
    private mutating func check(_ survey: inout ExportSurvey, learns: Bool) throws(ExportError) -> FileWalk {
        let earlier = (faults, isWhole)
        var learns = learns
        while true {
            (faults, isWhole) = earlier
            let adapter = source.adapter(survey.knowledge, isLearning: learns)
            let walk = try FileWalk(
                source, scope: survey.scope, adapter, learns: survey.learns, isLazy: survey.rowFilter == nil)
            // What is adapted is listed with its lines.
            if adapter != nil { walk.reader.countLines() }
            var warnings = SurveyWarnings()
            var tally = Tally(chunkSize: chunkSize, limits: limits)
            try check(walk, survey.rowFilter, &warnings, &tally)
            if learn(adapter, walk, &survey, &learns) { continue }
            tally.finish(walk.models)
            survey.take(walk, warnings, source.catalogue)
            survey.take(tally)
            return walk
        }
    }

    private mutating func check(
        _ walk: FileWalk, _ filter: RowFilter?, _ warnings: inout SurveyWarnings, _ tally: inout Tally
    ) throws(ExportError) {
        while true {
            do throws(ExportError) {
                guard let model = try walk.next() else { return }
                try check(model, walk, filter, &warnings, &tally)
            } catch {
                try take([error])
                isWhole = isWhole && !walk.isBroken
                if walk.isBroken { return }
            }
            tell(walk)
        }
    }

    private mutating func check(
        _ model: FileWalk.ModelState, _ walk: FileWalk, _ filter: RowFilter?, _ warnings: inout SurveyWarnings,
        _ tally: inout Tally
    ) throws(ExportError) {
        if walk.rowsMade == 1 { tally.beginMadeRows() }
        var refusal = model.disposition == .queued ? try walk.refusal(model, filter) : nil
        if refusal == nil, let plan = model.plan {
            do throws(ExportError) {
                let (key, notes) = try walk.check(plan)
                warnings.add(key, of: model)
                warnings.add(notes)
                if model.isTold { warnings.losses.add(walk, model.name) }
            } catch {
                guard faults != nil else { throw error }
                try take(walk.faults(plan))
                return
            }
        }
        if refusal == nil, model.request != nil { warnings.add(try walk.primaryKey(), of: model) }
        // A row without adaptations of its own is adapted while it is checked.
        if walk.isObsolete { refusal = .obsolete }
        tally.add(model, bytes: walk.rowBytes, refusal: refusal, key: walk.readableKey)
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

    private func tell(_ walk: FileWalk) {
        if walk.reader.number % Self.rowsPerProgress == 0 { onProgress(readBefore + walk.reader.bytesRead) }
    }
}

extension ExportSurvey {
    fileprivate mutating func take(_ walk: FileWalk, _ found: SurveyWarnings, _ catalogue: Catalogue) {
        if let adapter = walk.adapter {
            order = ImportOrder(walk.models, catalogue)
            adapted = adapter.account
            for model in walk.models { add(model) }
        }
        warnings = found.texts(walk, lateModels: catalogue.lateModels)
        losses = found.losses.texts(walk)
        keyBounds = found.bounds(walk)
        learned = walk.models.compactMap { model in
            model.request.map { LearnRequest($0.model, fields: $0.fields, rows: model.rows) }
        }
        models = walk.models.map { ModelCount(model: $0.name, rows: $0.rows) }
        rowsMade = walk.rowsMade
        rowsTotal = models.reduce(0) { $0 + $1.rows } - rowsMade
        bytesRead = walk.reader.bytesRead
        sha256 = walk.reader.sha256()
    }

    /// Adds what happens to a model as a whole.
    private mutating func add(_ model: FileWalk.ModelState) {
        if model.isRenamed { add(model, "the model has another name") }
        let what: String? =
            switch model.disposition {
            case .unknown: "unknown model, left out"
            case .deleted: "model that is gone, left out"
            case .queued: order.round(of: model.name) > 0 ? "imported after rows that come later in the file" : nil
            case .outOfScope, .excluded: nil
            }
        if let what { add(model, what) }
    }

    private mutating func add(_ model: FileWalk.ModelState, _ what: String) {
        adapted.add(
            "\(ShownName.safe(model.name)): \(what)", ExportPlace(record: model.firstRecord, model: model.name),
            rows: Int(model.rows))
    }

    fileprivate mutating func take(_ tally: Tally) {
        leftOut = tally.leftOut
        leftOutRows = tally.listed
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
