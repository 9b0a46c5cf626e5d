import ExportFormat
import EventFormat
import Foundation
import TestSupport
import Testing

/// Saving against everything that the reference was recorded to do.
@Suite(.enabled(if: RecordedCase.folder != nil, "RELOCATION_PARITY_DIR is not set"))
struct RecordedCaseTests {
    @Test(arguments: Engine.allCases) func eachCaseIsAsRecorded(_ engine: Engine) throws {
        let cases = try RecordedCase.all()
        let grouped = RecordedCase.grouped(cases)
        let fresh = try RecordedCase.read("../states/fresh.json")["tables"]
        let base = try RecordedCase.read("state-base.json")
        var counts: [String: (equal: Int, declared: Int)] = [:]
        for item in cases {
            let run = try CaseRun(item, grouped: grouped, on: engine)
            do { try run.run([fresh, base]) } catch {
                Issue.record("\(item.name): \(error)")
                continue
            }
            let kind = item.kind
            if let reason = DeclaredDifferences.reason(item.name) {
                counts[kind, default: (0, 0)].declared += 1
                #expect(!run.differences.isEmpty, "\(item.name) is declared to differ (\(reason)), and is equal")
            } else {
                counts[kind, default: (0, 0)].equal += 1
                #expect(run.differences.isEmpty, "\(item.name)\n\(run.differences.joined(separator: "\n"))")
            }
        }
        for (kind, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("events \(engine) \(kind): \(count.equal) equal, \(count.declared) declared")
        }
        #expect(cases.count >= 239)
    }
}

/// Where saving differs from the reference on purpose, and why.
enum DeclaredDifferences {
    private static let perEvent =
        "an event that cannot be saved is rejected by itself, before anything of it is written"
    private static let once = "an event counts once per project, id and day, and its latest version stays"
    private static let stored = "hashes are taken as they are stored: no secondary ones are computed"

    private static let all: [(name: String, reason: String)] = [
        ("batch-bad-release-fails", perEvent), ("batch-project-not-in-map", perEvent),
        ("batch-span-hash-error", perEvent), ("release-rejected-version", perEvent), ("tx-spans-null-key", perEvent),
        ("unknown-project", perEvent), ("not-normalized", perEvent + "; bodies come from a node store, normalised"),
        ("missing-organization-batch", "a project cannot be without an organization: the database forbids it"),
        ("missing-organization-save", "a project cannot be without an organization: the database forbids it"),
        ("batch-duplicate-ids", once), ("batch-interleaved", once), ("dup-error-same-day", once),
        ("dup-tx-same-day", once), ("dup-tx-then-error", once), ("perf-replayed", once),
        ("resave-error-other-project", once), ("grouping-cfg_legacy", stored), ("grouping-cfg_transition", stored),
        ("grouping-cfg_2019", "what metadata says of frames is taken as it is stored, for the issue too"),
        (
            "group-hashes-and-config-in-body",
            "hierarchical hashes of a body decide on its issue; the reference computes none and publishes stale ones"
        ),
        (
            "plugin-tags-no-contexts",
            "user agents are not parsed: bodies of a node store have the contexts that the normaliser makes of them"
        ),
    ]

    static func reason(_ name: String) -> String? { all.first { $0.name == name }?.reason }
}
