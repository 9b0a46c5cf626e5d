package import Cutting
package import ExportFormat

extension EnqueueJob {
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
