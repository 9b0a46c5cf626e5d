package import ExportFormat
import Flow
package import TaskFormat

/// What the scan of a relocation with steps makes of its file, in the reference's words.
package enum FileScan {
    /// Reads the file and decides. Throws only what says nothing of the file.
    package static func report(
        _ source: ExportSource, _ request: RelocateRequest
    ) throws(ExportError) -> ScanReport {
        var pass = ScanPass(source)
        let facts: ScanFacts
        do throws(ScanPass.Fault) { facts = try pass.run() } catch {
            switch error {
            case .file(let error): return try refusal(error, FlowReason.decryption)
            case .invalidJSON(let place):
                return ScanReport(
                    refusal: FlowReason.invalidJSON,
                    explanation: "\(place): a key that every row of its model has is missing")
            case .inner(let problem): return ScanReport(refusal: FlowReason.preprocessing, explanation: problem)
            }
        }
        return decide(facts, request)
    }

    private static func decide(_ facts: ScanFacts, _ request: RelocateRequest) -> ScanReport {
        var decision = FlowScan(wanted: request.organizations)
        decision.maxOrganizations = request.maxOrganizations
        decision.maxUsers = request.maxUsers
        switch decision.decide(facts) {
        case .accepted(let usernames): return ScanReport(usernames: usernames)
        case .refused(let reason): return ScanReport(refusal: reason, explanation: explanation)
        case .unordered:
            return ScanReport(
                refusal: FlowReason.preprocessing, explanation: "some users of these organizations have no name")
        }
    }

    private static let explanation = "correct --orgs, or the export, and relocate again under a new UUID"

    /// The refusal of a file that cannot be opened or read. Throws an error that says nothing of the file.
    ///
    /// - Parameter reason: the reference's, for a file of another form
    package static func refusal(_ error: ExportError, _ reason: String) throws(ExportError) -> ScanReport {
        switch error.kind {
        case .badKey: ScanReport(refusal: FlowReason.decryption, explanation: error.description)
        case .badData, .tooLarge: ScanReport(refusal: reason, explanation: error.description)
        case .notFound, .unreadable, .permission, .cannotSpool, .cannotCreate, .changed, .badFilter, .badReference,
            .tooSlow,
            .outOfMemory:
            throw error
        }
    }
}
