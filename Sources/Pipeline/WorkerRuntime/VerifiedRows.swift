import Catalogue
import Comparison
import Queue
import Verification

/// What a verification has found so far: all counts, and as many findings as a record keeps.
struct VerifiedRows {
    private(set) var counts = VerificationCounts()
    /// JSON objects.
    private(set) var findings: [String] = []
    private var findingBytes = 0
    /// Whether the tasks are sealed: then nothing of what rows hold goes to Redis in the open.
    private let hidesValues: Bool
    private let refused: [String: [Int64: String]]

    private static let withheld = "not told, because the tasks are sealed"
    /// Bytes of the findings of one relocation.
    private static let maxFindingBytes = 1 << 20

    /// - Parameter refused: model → ordinal → why a repair could not write the row
    init(hidesValues: Bool, refused: [String: [Int64: String]] = [:]) {
        self.hidesValues = hidesValues
        self.refused = refused
    }

    mutating func addRepaired(_ repaired: VerificationCounts) { counts.add(repaired) }

    mutating func add(_ chunk: VerifiedChunk) {
        counts.add(chunk.counts)
        for finding in chunk.findings { add(finding) }
    }

    mutating func add(_ finding: ComparisonFinding) {
        guard findings.count < RelocationQueue.findingsLimit, findingBytes < Self.maxFindingBytes else { return }
        let text = (hidesValues ? finding.saying(Self.withheld) : explained(finding)).json()
        findingBytes += text.utf8.count
        findings.append(text)
    }

    private func explained(_ finding: ComparisonFinding) -> ComparisonFinding {
        guard finding.kind == VerifiedChunk.missingRow, let ordinal = finding.ordinal,
            let reason = refused[finding.model]?[ordinal]
        else { return finding }
        return finding.saying("\(finding.reason), and it could not be written: \(reason)")
    }
}
