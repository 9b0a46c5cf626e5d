import Catalogue
import CommandLine
import Ledger
import Reporting
import Server
import Storage
import WorkerRuntime

/// What Sentry's own tables know of relocations.
extension DestinationPeople {
    private static let columns = [
        "uuid", "creator_id", "owner_id", "want_usernames", "latest_notified", "latest_unclaimed_emails_sent_at",
    ]
    /// UUIDs of one query.
    private static let page = 1_000

    /// By UUID. A relocation that no worker has begun has no row: then only the people are known.
    func records(_ questions: [DestinationQuestion]) throws -> [String: DestinationRecord] {
        try asking { destination, users throws(StorageError) in
            let uuids = questions.map(\.uuid)
            let rows = try rows(Self.columns, uuids, destination)
            let people = try People(questions, rows, users, destination)
            var known: [String: DestinationRecord] = [:]
            for question in questions { known[question.uuid] = people.record(question, rows[question.uuid]) }
            for (uuid, ids) in try ids("sentry.user", Array(rows.keys), destination) {
                known[uuid]?.importedUsers = ids
            }
            for (uuid, ids) in try ids("sentry.organization", Array(rows.keys), destination) {
                known[uuid]?.importedOrganizations = ids
            }
            return known
        }
    }

    /// The names that scans have found, as JSON.
    func usernames(_ uuids: [String]) throws -> [String: String] {
        try asking { destination, _ throws(StorageError) in
            try rows(["uuid", "want_usernames"], uuids, destination).compactMapValues { $0[1].text }
        }
    }

    private func rows(
        _ columns: [String], _ uuids: [String], _ destination: Destination
    ) throws(StorageError) -> [String: [Value]] {
        guard let table = settings.catalogue.table("sentry_relocation") else { return [:] }
        var rows: [String: [Value]] = [:]
        for start in stride(from: 0, to: uuids.count, by: Self.page) {
            let page = uuids[start..<min(start + Self.page, uuids.count)].map { Value.text($0) }
            for row in try destination.region.select(Select(columns, from: table, where: [.isIn("uuid", page)])) {
                if let uuid = row[0].text { rows[uuid] = row }
            }
        }
        return rows
    }

    private func ids(
        _ model: String, _ uuids: [String], _ destination: Destination
    ) throws(StorageError) -> [String: [Int64]] {
        guard !uuids.isEmpty else { return [:] }
        do throws(LedgerError) {
            return try ImportedIDs.read(model, of: uuids, in: destination, settings.catalogue)
        } catch {
            switch error {
            case .storage(let error): throw error
            case .catalogue(let gap): throw StorageError(.schemaMismatch, "\(gap)")
            }
        }
    }
}

/// The users that relocations name, by id or by name.
private struct People {
    private var byID: [Int64: DestinationRecord.Person] = [:]
    private var byName: [String: DestinationRecord.Person] = [:]

    init(
        _ questions: [DestinationQuestion], _ rows: [String: [Value]], _ users: Table, _ destination: Destination
    ) throws(StorageError) {
        let ids = Set(rows.values.flatMap { [$0[1], $0[2]] })
        let names = Set(questions.filter { rows[$0.uuid] == nil }.flatMap { [$0.creator, $0.owner] })
        try add([.isIn("id", Array(ids))], users, destination)
        try add([.isIn("username", names.map { .text($0) })], users, destination)
    }

    private mutating func add(
        _ conditions: [Condition], _ users: Table, _ destination: Destination
    ) throws(StorageError) {
        let found = try destination.control.select(
            Select(["id", "username", "email"], from: users, where: conditions))
        for row in found {
            guard let id = row[0].integer, let name = row[1].text else { continue }
            byID[id] = .known(id: id, username: name, email: row[2].text ?? "")
            byName[name] = byID[id]
        }
    }

    func record(_ question: DestinationQuestion, _ row: [Value]?) -> DestinationRecord {
        var record = DestinationRecord()
        guard let row else {
            record.creator = byName[question.creator] ?? .unknown
            record.owner = byName[question.owner] ?? .unknown
            return record
        }
        record.creator = row[1].integer.flatMap { byID[$0] } ?? .gone
        record.owner = row[2].integer.flatMap { byID[$0] } ?? .gone
        record.wantedUsernames = row[3].text.flatMap { JSONValue(json: $0) } ?? .null
        record.lastNotice = row[4].integer.flatMap { DestinationRecord.Notice(rawValue: $0) }
        if case .timestamp(let time) = row[5] { record.claimMailsSentAt = time }
        return record
    }
}
