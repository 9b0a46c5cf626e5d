package import Queue

/// Failed relocations that have the same cause.
package struct FailureGroup: Sendable, Equatable {
    /// Stands for the cause in addresses.
    package let key: String
    /// The reason without what differs from one relocation to the next.
    package let cause: String
    /// The reason of the newest one, in full.
    package let example: String
    /// The newest first.
    package let relocations: [RelocationStatus]

    /// Groups what has failed by itself: not what operators have ended. The largest group comes first, then the newest.
    ///
    /// - Parameter relocations: any, the newest first
    package static func groups(of relocations: [RelocationStatus]) -> [FailureGroup] {
        groups(of: relocations.compactMap { status in FailureCauseText.cause(of: status).map { ($0, status) } })
    }

    /// - Parameter failures: relocations with their causes, the newest first
    static func groups(of failures: [(cause: String, status: RelocationStatus)]) -> [FailureGroup] {
        let members = Dictionary(grouping: failures, by: \.cause)
        return members.map { FailureGroup(cause: $0, relocations: $1.map(\.status)) }.sorted {
            ($0.relocations.count, $0.lastSeen, $0.key) > ($1.relocations.count, $1.lastSeen, $1.key)
        }
    }

    private init(cause: String, relocations: [RelocationStatus]) {
        self.cause = cause
        self.relocations = relocations
        key = FailureCauseText.key(cause)
        example = relocations.first?.failureReason ?? ""
    }

    /// Milliseconds since 1970.
    package var firstSeen: Int64 { relocations.map(\.completedAt).min() ?? 0 }
    package var lastSeen: Int64 { relocations.map(\.completedAt).max() ?? 0 }

    /// The models of the tasks that failed, by name.
    package var models: [String] { unique(relocations.compactMap { TaskNote(json: $0.failedTask)?.name }) }

    package var destinations: [String] { unique(relocations.map(\.destinationName)) }

    /// Those that can go on: their tasks are still there.
    package var retryable: [RelocationStatus] { relocations.filter(\.canBeRetried) }

    /// Those of which the failing row is known, so that it can be left out.
    package var skippable: [RelocationStatus] {
        retryable.filter { TaskNote(json: $0.failedTask)?.row != nil }
    }

    private func unique(_ texts: [String]) -> [String] { Set(texts.filter { !$0.isEmpty }).sorted() }
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
        let line = PlainText.line(reason.split(separator: "\n").first.map(String.init) ?? "")
        let marked = line.replacing(#/[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}/#, with: "UUID")
            .replacing(#/[^\s'"`()<>,;:=]+@[^\s'"`()<>,;:=]+/#, with: "ADDRESS")
            .replacing(#/"[^"]*"/#, with: "\"…\"")
            .replacing(#/`[^`]*`/#, with: "`…`")
            // An apostrophe inside a word begins no quotation.
            .replacing(#/(?<before>^|[^\p{Letter}\p{Number}])'[^']*'/#) { "\($0.before)'…'" }
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
