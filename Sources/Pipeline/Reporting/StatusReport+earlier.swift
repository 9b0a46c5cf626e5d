import Catalogue
import Queue

// Failures that a retry, or another enqueue, has left behind.
extension StatusReport {
    /// The findings of the last failure, then those of earlier ones, the newest first: these have the members
    /// `earlier` and `failedAt`. One JSON list, without a final line end.
    public var allFindings: String {
        let marked = (earlier ?? []).reversed().flatMap { failure in
            failure.findings.map {
                Self.marked(JSONValue(embedding: $0), failure).prettyText.replacing("\n", with: "\n  ")
            }
        }
        let texts = status.findings + marked
        return texts.isEmpty ? "[]" : "[\n  " + texts.joined(separator: ",\n  ") + "\n]"
    }

    /// A findings file: findings in the reference's form, then the rows that got another name. `[]` when there are
    /// neither.
    public var findingsFile: String {
        let renamed = (renamed ?? []).map { Self.finding($0).prettyText.replacing("\n", with: "\n  ") }
        let texts = status.findings + renamed
        return texts.isEmpty ? "[]" : "[\n  " + texts.joined(separator: ",\n  ") + "\n]"
    }

    private static func finding(_ row: RenamedRow) -> JSONValue {
        .object([
            "finding": .text("RenamedRow"), "kind": .text("Renamed"),
            "left_pk": row.sourcePK.map(JSONValue.integer) ?? .null, "right_pk": .null,
            "on": .object(["model": .text(row.model), "ordinal": .null]), "from": .text(row.from), "to": .text(row.to),
            "reason": .text("\(row.from) → \(row.to)"),
        ])
    }

    private static func marked(_ finding: JSONValue, _ failure: EarlierFailure) -> JSONValue {
        guard case .object(let members) = finding else { return finding }
        let marks: [String: JSONValue] = ["earlier": .flag(true), "failedAt": JSONValue(time: failure.at)]
        return .object(members.merging(marks) { $1 })
    }

    /// For `status --json`; missing if they were not read.
    var earlierMembers: [String: JSONValue] {
        guard let earlier else { return [:] }
        return [
            "earlierFindings": .list(
                earlier.map { failure in
                    .object([
                        "failedAt": JSONValue(time: failure.at), "failureReason": JSONValue(nonEmpty: failure.reason),
                        "findings": .list(failure.findings.map(JSONValue.init(embedding:))),
                    ])
                })
        ]
    }
}
