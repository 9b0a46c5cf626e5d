public import Catalogue
import Queue

/// What a verification has found, for people and scripts.
public struct VerificationReport: Sendable {
    /// The import that was verified.
    public let importUUID: String
    public let counts: VerificationCounts
    /// Whether it writes what is missing.
    let repairs: Bool

    /// nil for a relocation that verifies nothing.
    init?(_ status: RelocationStatus) {
        guard case .text(let uuid) = status.option("verifies") else { return nil }
        importUUID = uuid
        repairs = status.option("repairs") == .flag(true)
        counts = VerificationCounts(counters: status.counters)
    }

    /// A line per model, then the rules by which rows have changed.
    var table: [String] {
        guard !counts.models.isEmpty else { return [] }
        let rows = counts.models.sorted { $0.key < $1.key }.map { model, counts in
            [
                "  " + PlainText.line(model), String(counts.equal), String(counts.changedTotal), String(counts.matched),
                String(counts.missing), String(counts.different), String(counts.repaired),
            ]
        }
        let rules = counts.totals.changed.sorted { $0.key < $1.key }.map {
            ["  " + PlainText.line($0.key), String($0.value)]
        }
        return TextTable.lines([["  MODEL", "EQUAL", "CHANGED", "MATCHED", "MISSING", "DIFFERENT", "REPAIRED"]] + rows)
            + (rules.isEmpty ? [] : ["", "Changed by a rule"] + TextTable.lines(rules))
    }

    /// The command that helps: a verification that has told what it found finds nothing else when it is retried.
    func next(findings: Bool, canRetry: Bool, _ uuid: String) -> String? {
        if counts.models.isEmpty { return canRetry ? "relocation-enqueue retry \(uuid)" : nil }
        if counts.totals.missing > 0 { return "relocation-enqueue verify \(importUUID) --repair FILE" }
        return findings ? "relocation-enqueue findings \(uuid)" : nil
    }

    /// The member `verification` of the contract's object.
    var value: JSONValue {
        .object([
            "import": .text(importUUID), "sound": .flag(counts.isSound), "rows": Self.value(counts.totals),
            "models": .object(counts.models.mapValues(Self.value)),
        ])
    }

    private static func value(_ counts: VerificationCounts.Counts) -> JSONValue {
        var members = [
            "equal": JSONValue(counts.equal), "changed": .object(counts.changed.mapValues { JSONValue($0) }),
            "matched": JSONValue(counts.matched), "missing": JSONValue(counts.missing),
            "different": JSONValue(counts.different), "repaired": JSONValue(counts.repaired),
        ]
        if counts.unwritten > 0 { members["unwritten"] = JSONValue(counts.unwritten) }
        return .object(members)
    }
}
