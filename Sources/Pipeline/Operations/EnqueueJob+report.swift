public import Cutting
public import ExportFormat
import TaskFormat

extension EnqueueJob {
    /// ``check(_:onProgress:)`` as a report of all faults.
    public func report(
        _ source: ExportSource, onProgress: @escaping (Int64) -> Void
    ) throws(ExportError) -> ExportReport {
        let report = try source.report(
            scope: scope, filter: filter, chunkSize: options.chunkSize, versions: versions, learns: learns,
            onProgress: onProgress)
        if report.isWhole { try report.survey.learned.mustHave(learnReferences) }
        return report
    }

    /// What the whole file holds, and all its faults. A file that holds something else is a report of one fault.
    ///
    /// - Parameter reading: reads the opened file
    package func report(
        _ reading: (ExportSource) throws(ExportError) -> ExportReport
    ) throws(ExportError) -> ExportReport {
        do throws(ExportError) { return try reading(try open()) } catch {
            guard error.kind == .badData || error.kind == .tooLarge else { throw error }
            return ExportReport(refusal: error, scope: scope)
        }
    }

    package func report() throws(ExportError) -> ExportReport {
        try report { source throws(ExportError) in try report(source) { _ in } }
    }
}
