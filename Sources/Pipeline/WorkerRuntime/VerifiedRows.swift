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

    private static let withheld = "not told, because the tasks are sealed"
    /// Bytes of the findings of one relocation.
    private static let maxFindingBytes = 1 << 20

    init(hidesValues: Bool) { self.hidesValues = hidesValues }

    mutating func addRepaired(_ repaired: VerificationCounts) { counts.add(repaired) }

    mutating func add(_ chunk: VerifiedChunk) {
        counts.add(chunk.counts)
        for finding in chunk.findings {
            guard findings.count < RelocationQueue.findingsLimit, findingBytes < Self.maxFindingBytes else { return }
            let text = (hidesValues ? finding.saying(Self.withheld) : finding).json()
            findingBytes += text.utf8.count
            findings.append(text)
        }
    }
}
