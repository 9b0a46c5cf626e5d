import Catalogue

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

enum ReaderFuzz {
    // Inputs come one at a time.
    nonisolated(unsafe) private static let file = InputFile()

    /// Small enough for inputs to reach them.
    private static func limits(_ bytes: Int) -> ExportLimits {
        var limits = ExportLimits.standard
        limits.maxDepth = 40
        limits.maxRecordBytes = 16 << 10
        limits.maxRecordValues = 2_000
        limits.maxStringBytes = 8 << 10
        limits.maxModels = 20
        // Another place for every boundary.
        limits.blockBytes = 64 + bytes % 200
        return limits
    }

    private static let chunkLimits: ChunkLimits = {
        var limits = ChunkLimits.standard
        limits.maxBytes = 4 << 10
        return limits
    }()

    static func run(_ input: UnsafeRawBufferPointer, filter: ExportFilter?) {
        file.fill(input)
        let limits = limits(input.count)
        do {
            let source = try ExportSource.open(path: file.path, limits: limits, catalogue: .standard)
            // A tarball is another target's.
            if source.isEncrypted { return }
            for scope in filter == nil ? [ImportScope.global] : [.users, .organizations] {
                try run(source, scope, filter, chunkSize: 1 + input.count % 5)
            }
        } catch {
            check(error)
        }
    }

    /// A filter that does not fit the scope is refused; then the next scope is tried.
    private static func run(
        _ source: ExportSource, _ scope: ImportScope, _ filter: ExportFilter?, chunkSize: Int
    ) throws(ExportError) {
        let survey: ExportSurvey
        do {
            survey = try source.survey(scope: scope, filter: filter, chunkSize: chunkSize, chunks: chunkLimits)
        } catch {
            if filter == nil { throw error }
            return check(error)
        }
        var rows = 0
        do {
            try source.cut(survey, chunks: chunkLimits) { chunk in
                guard let model = Catalogue.standard.model(chunk.model) else {
                    fatalError("does not hold: a chunk's model is known")
                }
                let decoded = try ChunkDecoder.decode(chunk.payload, model: model, now: 0, catalogue: .standard)
                mustHold(decoded.count == chunk.rows, "a chunk holds its rows")
                for row in decoded { mustHold(row.values.count == model.columns.count, "a row has all its values") }
                rows += decoded.count
            }
        } catch {
            fatalError("does not hold: what the first pass takes the second takes, too: \(error)")
        }
        mustHold(rows == Int(survey.rowsQueued), "all rows are cut that were counted")
        let counted = Int(survey.rowsQueued) + survey.leftOut.totals.droppedTotal
        mustHold(counted == Int(survey.rowsTotal), "every row is accounted for")
    }

    static func check(_ error: ExportError) {
        mustHold(!error.description.isEmpty, "an error has words")
        mustHold(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" }, "words are plain")
        if let finding = error.finding { mustHold(!finding.json().isEmpty, "a finding can be written") }
    }
}
