package import Queue

/// Failed relocations that have the same cause. What pages and reports say of them is counted once.
package struct FailureGroup: Sendable {
    /// The reason without what differs from one relocation to the next.
    package let cause: String
    /// The newest first.
    package let members: [RelocationIndex.Entry]
    /// Milliseconds since 1970.
    package let (firstSeen, lastSeen): (Int64, Int64)
    /// The models of the tasks that failed, by name.
    package let models: [String]
    package let destinations: [String]
    /// How many can go on, and of how many the failing row is known, so that it can be left out.
    package let (retryableCount, skippableCount): (Int, Int)

    /// Groups what has failed by itself: not what operators have ended. The largest group comes first, then the newest.
    ///
    /// - Parameter relocations: any, the newest first
    package static func groups(of relocations: [RelocationStatus]) -> [FailureGroup] {
        groups(of: relocations.map(RelocationIndex.Entry.init))
    }

    /// - Parameter entries: any, the newest first
    static func groups(of entries: [RelocationIndex.Entry]) -> [FailureGroup] {
        let failures = entries.compactMap { entry in entry.failure.map { ($0.cause, entry) } }
        let members = Dictionary(grouping: failures, by: \.0).mapValues { $0.map(\.1) }
        return sorted(members.map(FailureGroup.init))
    }

    static func sorted(_ groups: [FailureGroup]) -> [FailureGroup] {
        groups.sorted { ($0.members.count, $0.lastSeen, $0.key) > ($1.members.count, $1.lastSeen, $1.key) }
    }

    private init(cause: String, members: [RelocationIndex.Entry]) {
        self.cause = cause
        self.members = members
        let failures = members.compactMap(\.failure)
        firstSeen = failures.map(\.at).min() ?? 0
        lastSeen = failures.map(\.at).max() ?? 0
        models = Self.unique(failures.map(\.model))
        destinations = Self.unique(members.map(\.destination))
        retryableCount = failures.count(where: \.canBeRetried)
        skippableCount = failures.count(where: \.canSkipRow)
    }

    private static func unique(_ texts: [String]) -> [String] { Set(texts.filter { !$0.isEmpty }).sorted() }

    /// Stands for the cause in addresses.
    package var key: String { members.first?.failure?.key ?? "" }

    /// The reason of the newest one, in full.
    package var example: String { members.first?.report.status.failureReason ?? "" }

    package var relocations: [RelocationStatus] { members.map(\.report.status) }

    /// Those that can go on: their tasks are still there.
    package var retryable: [RelocationStatus] { statuses { $0.canBeRetried } }

    /// Those of which the failing row is known, so that it can be left out.
    package var skippable: [RelocationStatus] { statuses { $0.canSkipRow } }

    private func statuses(_ fits: (RelocationIndex.Failure) -> Bool) -> [RelocationStatus] {
        members.filter { $0.failure.map(fits) == true }.map(\.report.status)
    }
}

extension RelocationStatus {
    /// Whether it failed, and no operator ended it.
    package var hasFailedByItself: Bool { status == .failure && endedBy == nil }

    /// Whether `retry` of all retries it: it failed by itself, and its tasks are there.
    package var canBeRetried: Bool { hasFailedByItself && payloadBytes > 0 }
}

/// What failures of the same cause have in common. Pure.
package enum FailureCauseText {
    /// Nil for a relocation that has not failed by itself.
    static func cause(of status: RelocationStatus) -> String? {
        status.hasFailedByItself ? normalised(status.failureReason) : nil
    }

    /// The reason with a mark for what differs from one relocation to the next: UUIDs, addresses, quoted names, numbers.
    /// Only the first line counts.
    package static func normalised(_ reason: String) -> String {
        let uuids = #/[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}/#
        let line = PlainText.line(reason.split(separator: "\n").first.map(String.init) ?? "")
        // An expression takes long to find nothing: each has a sign without which it cannot match.
        let marked = line.marking("-") { $0.replacing(uuids, with: "UUID") }
            .marking("@") { $0.replacing(#/[^\s'"`()<>,;:=]+@[^\s'"`()<>,;:=]+/#, with: "ADDRESS") }
            .marking("\"") { $0.replacing(#/"[^"]*"/#, with: "\"…\"") }
            .marking("`") { $0.replacing(#/`[^`]*`/#, with: "`…`") }
            // An apostrophe inside a word begins no quotation.
            .marking("'") {
                $0.replacing(#/(?<before>^|[^\p{Letter}\p{Number}])'[^']*'/#) { "\($0.before)'…'" }
            }
            .replacing(#/\b[0-9]+\b/#, with: "N")
        return marked.isEmpty ? "no reason is known" : marked
    }

    /// Eight digits that stand for a cause in addresses (FNV-1a).
    package static func key(_ cause: String) -> String {
        let digest = cause.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let digits = String(digest, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

extension String {
    /// Changes a text that has a sign.
    fileprivate func marking(_ sign: Unicode.Scalar, _ change: (String) -> String) -> String {
        utf8.contains(UInt8(ascii: sign)) ? change(self) : self
    }
}
