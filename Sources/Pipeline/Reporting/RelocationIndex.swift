package import Queue

/// The relocations that Redis knows, as far as lists show them: kept in memory, so that a page need not read them all. A change
/// costs what has changed, not what there is.
package struct RelocationIndex: Sendable {
    /// The newest first.
    package private(set) var entries: [Entry] = []
    /// Those that have not ended, the newest first.
    package private(set) var open: [Entry] = []
    /// Failures by cause, the largest group first.
    package private(set) var failures: [FailureGroup] = []
    /// How many relocations are in each state.
    package private(set) var counts: [RelocationState: Int] = [:]
    /// The names of destinations that relocations were queued for.
    package var destinations: [String] { destinationCounts.keys.sorted() }

    private var words = SearchWords()
    private var destinationCounts: [String: Int] = [:]
    private var known: [String: Entry] = [:]

    package init() {}

    /// All that there is.
    package mutating func replace(_ relocations: [RelocationStatus]) {
        let before = known
        self = RelocationIndex()
        entries = relocations.map { before[$0.uuid]?.ifStill($0) ?? Entry($0) }.sorted { $0.isNewer(than: $1) }
        known = Dictionary(entries.map { ($0.uuid, $0) }) { $1 }
        for entry in entries { tally(entry, 1) }
        open = entries.filter { !$0.hasEnded }
        failures = FailureGroup.groups(of: entries)
        words = SearchWords(entries)
    }

    /// Those that have changed, or that are new.
    package mutating func update(_ changed: [RelocationStatus]) {
        var (causes, hasChanged) = (Set<String>(), false)
        for status in changed where known[status.uuid]?.ifStill(status) == nil {
            hasChanged = true
            let (old, new) = (take(status.uuid), Entry(status))
            put(new)
            causes.formUnion([old, new].compactMap { $0?.failure?.cause })
        }
        guard hasChanged else { return }
        open = entries.filter { !$0.hasEnded }
        regroup(causes)
        words = SearchWords(entries)
    }

    /// The newest first.
    package func matching(_ filter: RelocationFilter) -> [Entry] {
        guard filter != RelocationFilter() else { return entries }
        return SoughtText(filter.text).found(in: entries, words).filter(filter.fits)
    }
}

extension RelocationIndex {
    /// Removes a relocation.
    private mutating func take(_ uuid: String) -> Entry? {
        guard let entry = known.removeValue(forKey: uuid) else { return nil }
        let place = place(of: entry)
        if place < entries.count, entries[place] === entry { entries.remove(at: place) }
        tally(entry, -1)
        return entry
    }

    private mutating func put(_ entry: Entry) {
        known[entry.uuid] = entry
        entries.insert(entry, at: place(of: entry))
        tally(entry, 1)
    }

    /// How many are newer.
    private func place(of entry: Entry) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].isNewer(than: entry) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func tally(_ entry: Entry, _ step: Int) {
        counts.add(step, to: entry.state)
        destinationCounts.add(step, to: entry.destination)
    }

    /// Groups the failures of some causes anew.
    private mutating func regroup(_ causes: Set<String>) {
        guard !causes.isEmpty else { return }
        let touched = entries.filter { $0.failure.map { causes.contains($0.cause) } == true }
        let others = failures.filter { !causes.contains($0.cause) }
        failures = FailureGroup.sorted(others + FailureGroup.groups(of: touched))
    }
}

extension RelocationIndex {
    /// A reference: thousands of them are filtered for each page.
    // More than eight properties: what filters look at stands beside the report, because reaching into it copies all of it.
    package final class Entry: Sendable {
        package let report: StatusReport
        /// What can be done with it as one of many.
        package let offers: RelocationActions
        package let uuid: String
        let state: RelocationState
        let (scope, destination): (String, String)
        let createdAt: Int64
        let hasEnded: Bool
        /// What a search looks at, in lower case.
        let words: [UInt8]
        /// Those of the UUID.
        let digits: String
        /// Nil unless it failed by itself.
        let failure: Failure?

        init(_ status: RelocationStatus) {
            let report = StatusReport(status)
            self.report = report
            offers = RelocationActions(RelocationAction.forMany.filter { $0.fitsAmongMany(report) })
            (uuid, state, createdAt, hasEnded) = (status.uuid, status.status, status.createdAt, report.hasEnded)
            (scope, destination) = (status.scope, status.destinationName)
            digits = status.uuid.filter { $0 != "-" }
            words = Self.words(of: status)
            failure = Failure(status)
        }

        /// This entry if it says the same.
        fileprivate func ifStill(_ status: RelocationStatus) -> Entry? { report.status == status ? self : nil }

        fileprivate func isNewer(than other: Entry) -> Bool { (createdAt, uuid) > (other.createdAt, other.uuid) }

        private static func words(of status: RelocationStatus) -> [UInt8] {
            var words = [status.sourceName, status.enqueuedBy]
            if case .object(let wanted)? = status.option("relocate") {
                if case .text(let owner)? = wanted["owner"] { words.append(owner) }
                if case .list(let slugs)? = wanted["organizations"] {
                    for case .text(let slug) in slugs { words.append(slug) }
                }
            }
            return Array(words.joined(separator: "\n").lowercased().utf8)
        }
    }
}

extension RelocationIndex {
    /// What groups of failures say of one relocation.
    struct Failure: Sendable {
        let cause: String
        /// Stands for the cause in addresses.
        let key: String
        /// Milliseconds since 1970.
        let at: Int64
        /// The model of the task that failed; empty if it is not known.
        let model: String
        let canBeRetried: Bool
        /// Whether the failing row is known, too.
        let canSkipRow: Bool

        /// Nil for a relocation that has not failed by itself.
        init?(_ status: RelocationStatus) {
            guard let cause = FailureCauseText.cause(of: status) else { return nil }
            self.cause = cause
            let note = TaskNote(json: status.failedTask)
            (key, at, model) = (FailureCauseText.key(cause), status.completedAt, note?.name ?? "")
            canBeRetried = status.canBeRetried
            canSkipRow = status.canBeRetried && note?.row != nil
        }
    }
}

extension Dictionary where Value == Int {
    /// A count of zero is none.
    fileprivate mutating func add(_ step: Int, to key: Key) {
        let count = self[key, default: 0] + step
        self[key] = count == 0 ? nil : count
    }
}
