public import Catalogue
public import ExportFormat
public import TaskFormat

/// What a check finds in an export.
public struct ExportReport: Sendable, Equatable {
    /// What the file holds, as far as it can be read.
    public internal(set) var survey: ExportSurvey
    public internal(set) var faults = ExportFaults()
    /// Whether the whole file was read. A fault between two rows hides what follows.
    public internal(set) var isWhole = true
    /// The Sentry that wrote the export, as far as its fields tell.
    public internal(set) var version: SentryVersions?

    init(_ survey: ExportSurvey) { self.survey = survey }

    /// The report of a file that cannot be read at all.
    public init(refusal: ExportError, scope: ImportScope) {
        survey = ExportSurvey(scope: scope, filter: nil, chunkSize: RelocationOptions.defaultChunkSize)
        faults.add(refusal)
        isWhole = false
    }

    public var isSound: Bool { faults.count == 0 }

    /// The first fault in the file.
    public var firstFault: ExportError? {
        faults.kinds.compactMap(\.listed.first).min { ($0.place.record ?? 0) < ($1.place.record ?? 0) }
    }
}

extension ExportSource {
    /// Reads the whole file and collects its faults instead of ending at the first. With a filter it reads the file
    /// twice. Throws what has nothing to do with the rows: a file that cannot be read or is changed meanwhile, or a
    /// filter that names nobody.
    ///
    /// - Parameter onProgress: gets the bytes read so far, of all passes
    public func report(
        scope: ImportScope, filter: ExportFilter?, chunkSize: Int, chunks limits: ChunkLimits = .standard,
        versions: VersionPolicy = .strict, learns: Bool = false, onProgress: @escaping (Int64) -> Void = { _ in }
    ) throws(ExportError) -> ExportReport {
        var pass = SurveyPass(self, chunkSize: chunkSize, limits: limits, versions: versions, faults: ExportFaults())
        pass.learns = learns
        pass.onProgress = onProgress
        var report = ExportReport(try pass.run(scope, filter))
        report.faults = pass.faults ?? ExportFaults()
        for place in report.faults.kinds.indices {
            report.faults.kinds[place].listed = located(report.faults.kinds[place].listed)
        }
        report.isWhole = pass.isWhole
        report.version = SentryVersions(models: pass.fieldNames)
        return report
    }

    /// Bytes that the passes of a survey read, approximately; nil if that is not known.
    public func expectedBytes(filtered: Bool) -> Int64? { expectedBytes.map { filtered ? 2 * $0 : $0 } }
}
