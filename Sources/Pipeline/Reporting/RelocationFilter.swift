package import Queue

/// Which relocations of an index are meant.
package struct RelocationFilter: Sendable, Equatable {
    /// Part of a file's name, of an organization, of the owner or of who queued it; or the first digits of a UUID.
    package var text = ""
    package var status: RelocationState?
    package var scope = ""
    package var destination = ""
    /// Enqueued at this time or later: milliseconds since 1970 on Redis' clock.
    package var since: Int64 = 0
    /// The key of a group of failures; empty for any.
    package var cause = ""

    package init() {}

    func fits(_ entry: RelocationIndex.Entry) -> Bool {
        let relocation = entry.report.status
        return (status == nil || relocation.status == status) && (scope.isEmpty || relocation.scope == scope)
            && (destination.isEmpty || relocation.destinationName == destination)
            && relocation.createdAt >= since && (cause.isEmpty || entry.cause.map(FailureCauseText.key) == cause)
    }
}

/// The relocations that Redis knows, as far as lists show them: kept in memory, so that a search need not read them all.
package struct RelocationIndex: Sendable {
    /// A reference: thousands of them are filtered, and sorted, for each page.
    package final class Entry: Sendable {
        package let report: StatusReport
        /// What a search looks at, in lower case.
        fileprivate let words: String
        /// Why it failed; nil unless it failed by itself.
        fileprivate let cause: String?

        init(_ status: RelocationStatus) {
            report = StatusReport(status)
            words = Self.words(of: status)
            cause = FailureCauseText.cause(of: status)
        }

        private static func words(of status: RelocationStatus) -> String {
            var words = [status.sourceName, status.enqueuedBy]
            if case .object(let wanted)? = status.option("relocate") {
                if case .text(let owner)? = wanted["owner"] { words.append(owner) }
                if case .list(let slugs)? = wanted["organizations"] {
                    for case .text(let slug) in slugs { words.append(slug) }
                }
            }
            return words.joined(separator: "\n").lowercased()
        }
    }

    /// The newest first.
    package private(set) var entries: [Entry] = []
    /// Those that have not ended, the newest first.
    package private(set) var open: [Entry] = []
    /// Failures by cause, the largest group first.
    package private(set) var failures: [FailureGroup] = []
    /// How many relocations are in each state.
    package private(set) var counts: [RelocationState: Int] = [:]
    /// The names of destinations that relocations were queued for.
    package private(set) var destinations: [String] = []

    package init() {}

    /// All that there is, the newest first.
    package mutating func replace(_ relocations: [RelocationStatus]) {
        entries = relocations.map(Entry.init)
        summarise()
    }

    /// Those that have changed, or that are new.
    package mutating func update(_ changed: [RelocationStatus]) {
        guard !changed.isEmpty else { return }
        let known = Set(changed.map(\.uuid))
        let kept = entries.filter { !known.contains($0.report.status.uuid) }
        entries = (kept + changed.map(Entry.init)).sorted {
            ($0.report.status.createdAt, $0.report.status.uuid) > ($1.report.status.createdAt, $1.report.status.uuid)
        }
        summarise()
    }

    private mutating func summarise() {
        failures = FailureGroup.groups(
            of: entries.compactMap { entry in entry.cause.map { ($0, entry.report.status) } })
        open = entries.filter { !$0.report.hasEnded }
        counts = entries.reduce(into: [:]) { $0[$1.report.status.status, default: 0] += 1 }
        destinations = Set(entries.map(\.report.status.destinationName)).sorted()
    }

    /// The newest first.
    package func matching(_ filter: RelocationFilter) -> [Entry] {
        let text = filter.text.lowercased().trimmed
        let plain = text.utf8.allSatisfy { $0 < 0x80 } ? Array(text.utf8) : []
        let digits = text.filter { $0 != "-" }
        let mayBeUUID = !digits.isEmpty && digits.allSatisfy(\.isHexDigit)
        return entries.filter { entry in
            guard filter.fits(entry) else { return false }
            if text.isEmpty || entry.words.holds(text, plain) { return true }
            return mayBeUUID && entry.report.status.uuid.filter { $0 != "-" }.hasPrefix(digits)
        }
    }
}

extension String {
    /// Whether a text is part of this one. Comparing characters takes many times as long as comparing bytes.
    ///
    /// - Parameter plain: its bytes if all of them are ASCII; empty otherwise
    fileprivate func holds(_ text: String, _ plain: [UInt8]) -> Bool {
        guard let first = plain.first else { return contains(text) }
        let found = utf8.withContiguousStorageIfAvailable { bytes in
            var rest = bytes[...]
            while let place = rest.firstIndex(of: first), bytes.endIndex - place >= plain.count {
                if bytes[place...].starts(with: plain) { return true }
                rest = bytes[(place + 1)...]
            }
            return false
        }
        return found ?? contains(text)
    }

    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
