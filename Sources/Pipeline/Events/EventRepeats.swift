import Catalogue
import EventFormat
import ExportFormat
import Storage

/// Finds out which events of a chunk are saved already: an event counts once per project, id and day, and its latest version
/// stays.
struct EventRepeats {
    private let database: any Database
    private let table: Table
    private let nodes: NodeText
    private let ledger: EventLedger?

    init(_ database: any Database, _ table: Table, _ nodes: NodeText, _ ledger: EventLedger?) {
        self.ledger = ledger
        self.database = database
        self.table = table
        self.nodes = nodes
    }

    /// What is known of the version that the node store holds or will hold.
    private struct Version {
        var days: Set<Int64>
        var received: Double
        /// The event of this chunk that it comes from; nil for a stored one.
        var job: EventJob?
    }

    func mark(_ jobs: [EventJob]) throws(StorageError) {
        var versions = try stored(Set(jobs.map(\.draft.nodeID)))
        try addDays(jobs, &versions)
        for job in jobs {
            let received = job.draft.received.number ?? 0
            guard var version = versions[job.draft.nodeID] else {
                versions[job.draft.nodeID] = Version(days: [job.draft.day], received: received, job: job)
                continue
            }
            job.decision.counts = version.days.insert(job.draft.day).inserted
            if received < version.received, !job.decision.counts {
                job.fate = .superseded
            } else if received < version.received {
                job.keepsNode = true
            } else {
                take(job, over: version.job)
                version.received = max(received, version.received)
                version.job = job
            }
            versions[job.draft.nodeID] = version
        }
    }

    /// The node store knows one day of an event. Which others were saved, the ledger knows.
    private func addDays(_ jobs: [EventJob], _ versions: inout [String: Version]) throws(StorageError) {
        let unsure = jobs.filter { job in versions[job.draft.nodeID].map { !$0.days.contains(job.draft.day) } ?? false }
        guard let ledger, !unsure.isEmpty else { return }
        for (id, days) in try ledger.days(of: Set(unsure.map(\.draft.nodeID))) { versions[id]?.days.formUnion(days) }
    }

    /// Days since 1970.
    static func day(_ body: FieldValue) -> Int64 {
        let time = PythonTime.microseconds(body["timestamp"].number ?? 0)
        return Int64((Double(time) / 86_400_000_000).rounded(.down))
    }

    /// The later version of an event on the same day takes over that the event counts.
    private func take(_ job: EventJob, over earlier: EventJob?) {
        guard let earlier, earlier.draft.day == job.draft.day else { return }
        job.decision.counts = earlier.decision.counts
        earlier.fate = .superseded
    }

    private func stored(_ ids: Set<String>) throws(StorageError) -> [String: Version] {
        let rows = try database.select(
            Select(["id", "data"], from: table, where: [.isIn("id", ids.map { .text($0) })]))
        var versions: [String: Version] = [:]
        for row in rows {
            guard let id = row[0].text, let data = row[1].text, let text = nodes.inflated(data),
                let body = nodes.value(text), let seconds = body["timestamp"].number
            else { continue }
            let time = PythonTime.microseconds(seconds)
            versions[id] = Version(days: [Self.day(body)], received: EventDraft.received(body, time: time).number ?? 0)
        }
        return versions
    }
}

/// Marks of projects: that they have had events, transactions, releases.
struct ProjectMarks {
    private let database: any Database
    private let table: Table

    private static let hasReleases: Int64 = 1 << 0
    private static let hasTransactions: Int64 = 1 << 2

    init(_ database: any Database, _ table: Table) {
        self.database = database
        self.table = table
    }

    /// - Parameter isRaw: whether the first event stays unmarked
    func mark(_ jobs: [EventJob], isRaw: Bool) throws(StorageError) {
        let ids = Set(jobs.map(\.project.id)).sorted()
        guard !ids.isEmpty else { return }
        let rows = try database.select(
            Select(["id", "first_event", "flags"], from: table, where: [.isIn("id", ids.map { .integer($0) })]))
        let changed = rows.compactMap { row in updated(row, jobs.filter { $0.project.id == row[0].number }, isRaw) }
        guard !changed.isEmpty else { return }
        try database.update(Update(table, set: ["first_event", "flags"], rows: changed))
    }

    private func updated(_ row: [Value], _ jobs: [EventJob], _ isRaw: Bool) -> [Value]? {
        var flags = row[2].number
        if jobs.contains(where: { $0.release?.isNewInProject == true }) { flags |= Self.hasReleases }
        if jobs.contains(where: { $0.draft.isTransaction && $0.fate == .saved }) { flags |= Self.hasTransactions }
        var first = row[1]
        let errors = jobs.filter { $0.draft.isError && $0.fate == .saved }
        if !isRaw, let earliest = errors.map(\.draft.time).min(), (first.timestamp ?? .max) > earliest {
            first = .timestamp(earliest)
        }
        return flags == row[2].number && first == row[1] ? nil : [row[0], first, .integer(flags)]
    }
}
