package import Catalogue
package import Flow
import Queue
package import Storage
package import TaskFormat

/// A relocation's record in its destination, in the tables in which Sentry keeps its own: it outlives the queue, and Sentry's
/// page and API show it. Every call that writes is a transaction of its own, and changes nothing when it runs again. It throws if
/// the record is older than the ``RecordMark``.
package struct RelocationTables {
    /// Dashed, lower case.
    package let uuid: String
    private let destination: Destination
    private let relocations, files, users: Table
    let validations, attempts: Table
    package let mark: RecordMark

    /// Throws if the catalogue lacks the tables.
    package init(
        _ uuid: String, in destination: Destination, _ catalogue: Catalogue, mark: RecordMark = RecordMark()
    ) throws(StorageError) {
        func table(_ name: String) throws(StorageError) -> Table {
            guard let table = catalogue.table(name) else {
                throw StorageError(.schemaMismatch, "the catalogue lacks the table \(name)")
            }
            return table
        }
        self.uuid = uuid
        self.destination = destination
        self.mark = mark
        relocations = try table("sentry_relocation")
        files = try table("sentry_relocationfile")
        validations = try table("sentry_relocationvalidation")
        attempts = try table("sentry_relocationvalidationattempt")
        guard let users = catalogue.model("sentry.user")?.table else {
            throw StorageError(.schemaMismatch, "the catalogue lacks the model sentry.user")
        }
        self.users = users
    }

    var database: any Database { destination.region }

    // MARK: People

    /// A user of the destination.
    package struct Person: Sendable, Equatable {
        package let id: Int64
        package let username: String
        package let email: String
    }

    /// The user of exactly that name; nil for none.
    package func person(named name: String) throws(StorageError) -> Person? {
        try people([.equals("username", .text(name))]).first { $0.username.utf8.elementsEqual(name.utf8) }
    }

    /// The owner or creator that is no user of the destination; nil if both are.
    package func unknownPerson(of request: RelocateRequest) throws(StorageError) -> String? {
        for name in [request.owner, request.creator ?? request.owner] where try person(named: name) == nil {
            return name
        }
        return nil
    }

    /// Those of the users that still exist.
    package func people(_ ids: [Int64]) throws(StorageError) -> [Person] {
        let found = try people([.isIn("id", ids.map { .integer($0) })])
        return ids.compactMap { id in found.first { $0.id == id } }
    }

    /// Those of the names that users of the destination have.
    package func existing(_ names: [String]) throws(StorageError) -> Set<String> {
        var found: Set<String> = []
        for start in stride(from: 0, to: names.count, by: Self.page) {
            let page = names[start..<min(start + Self.page, names.count)].map { Value.text($0) }
            found.formUnion(try people([.isIn("username", page)]).map(\.username))
        }
        return found
    }

    private static let page = 1_000

    private func people(_ conditions: [Condition]) throws(StorageError) -> [Person] {
        try destination.control.select(Select(["id", "username", "email"], from: users, where: conditions)).compactMap {
            guard let id = $0[0].integer else { return nil }
            return Person(id: id, username: $0[1].text ?? "", email: $0[2].text ?? "")
        }
    }

    // MARK: The record

    /// What the table says of the relocation.
    package struct Row: Sendable, Equatable {
        package let id: Int64
        package let ownerID: Int64
        package let creatorID: Int64
        package let wantedOrganizations: [String]
        /// nil before the scan.
        package let wantedUsers: [String?]?
        package let hasEnded: Bool
        /// Microseconds since 1970.
        package let changed: Int64
    }

    private static let rowColumns = [
        "id", "owner_id", "creator_id", "want_org_slugs", "want_usernames", "status", "date_updated",
    ]

    /// nil before the first task.
    package func row() throws(StorageError) -> Row? {
        try database.select(
            Select(Self.rowColumns, from: relocations, where: [.equals("uuid", .text(uuid))])
        ).first.map { values in
            Row(
                id: values[0].integer ?? 0, ownerID: values[1].integer ?? 0, creatorID: values[2].integer ?? 0,
                wantedOrganizations: TextArrayJSON.read(values[3].text ?? "[]")?.compactMap { $0 } ?? [],
                wantedUsers: values[4].text.flatMap(TextArrayJSON.read),
                hasEnded: [1, 2].contains(values[5].integer), changed: values[6].timestamp ?? 0)
        }
    }

    /// The record, to change it. Throws if it is gone or was put back.
    func currentRow() throws(StorageError) -> Row? {
        let row = try row()
        guard row?.changed ?? 0 >= mark.known else {
            throw StorageError(
                .other, "the destination's record of this relocation is older than it was", table: relocations.name)
        }
        return row
    }

    /// The UUIDs of other relocations of an owner that have not ended, as far as the table knows.
    package func openRelocations(of owner: Int64) throws(StorageError) -> [String] {
        try database.select(
            Select(
                ["uuid"], from: relocations,
                where: [.equals("owner_id", .integer(owner)), .isIn("status", [.integer(0), .integer(3)])])
        ).compactMap { $0[0].text }.filter { $0 != uuid }
    }

    /// The UUIDs of all relocations that go on, as the table says; none without the table, or if it may not be read: plain imports
    /// need no grant on it.
    package static func open(in region: any Database, _ catalogue: Catalogue) throws(StorageError) -> Set<String> {
        guard let table = catalogue.table("sentry_relocation"), try region.schema.hasTable(table.name) else {
            return []
        }
        do {
            let going = Condition.isIn("status", [.integer(0), .integer(3)])
            return Set(try region.select(Select(["uuid"], from: table, where: [going])).compactMap { $0[0].text })
        } catch {
            guard error.kind == .permissionDenied else { throw error }
            return []
        }
    }

    /// Makes the record, unless the owner has another relocation that has not ended: then returns its UUID. A record of
    /// this UUID begins anew.
    ///
    /// - Parameter isOver: whether another relocation has ended, which the table may not know yet
    package func create(
        _ request: RelocateRequest, owner: Int64, creator: Int64, _ record: FlowRecord, now: Int64,
        isOver: (String) -> Bool
    ) throws(StorageError) -> String? {
        var changed = now
        let other: String? = try transaction { () throws(StorageError) in
            // One at a time: two of one owner must not both find none.
            _ = try database.count(
                relocations, where: [.equals("owner_id", .integer(owner))], alone: "relocations of an owner")
            for other in try openRelocations(of: owner) {
                guard isOver(other) else { return other }
                try close(other, now)
            }
            let values: [Value] = [
                .text(TextArrayJSON.text(request.organizations)), .null, .integer(owner), .integer(creator), .null,
                .null,
            ]
            let columns = [
                "want_org_slugs", "want_usernames", "owner_id", "creator_id", "latest_notified",
                "latest_unclaimed_emails_sent_at",
            ]
            if let row = try currentRow() {
                changed = mark.next(after: row.changed, now)
                try database.update(
                    Update(
                        relocations, set: columns + Self.stateColumns + ["date_updated"],
                        rows: [[.integer(row.id)] + values + Self.state(record) + [.timestamp(changed)]]))
                try resetValidation(of: row.id, now)
                return nil
            }
            let id = try newID(relocations)
            try database.insert(
                Insert(
                    into: relocations,
                    columns: ["id", "uuid", "provenance", "date_added", "date_updated"] + columns + Self.stateColumns,
                    rows: [
                        [id, .text(uuid), .integer(request.source == nil ? 0 : 1), .timestamp(now), .timestamp(now)]
                            + values + Self.state(record)
                    ]))
            if request.source == nil { try addFile(to: id, now) }
            return nil
        }
        if other == nil { mark.advance(to: changed) }
        return other
    }

    /// The file has arrived from another destination.
    package func addFile(now: Int64) throws(StorageError) {
        try transaction { () throws(StorageError) in
            guard let row = try currentRow() else { return }
            let known = try database.select(
                Select(["id"], from: files, where: [.equals("relocation_id", .integer(row.id))]))
            if known.isEmpty { try addFile(to: .integer(row.id), now) }
        }
    }

    /// The file itself is in the queue. Where Sentry's own files are, a row would have to refer to one of them.
    private func addFile(to relocation: Value, _ now: Int64) throws(StorageError) {
        guard try !database.schema.hasTable("sentry_file") else { return }
        try database.insert(
            Insert(
                into: files, columns: ["id", "date_added", "date_updated", "kind", "file_id", "relocation_id"],
                rows: [[try newID(files), .timestamp(now), .timestamp(now), .integer(1), relocation, relocation]]))
    }

    /// What an operator has ended without a worker.
    private func close(_ other: String, _ now: Int64) throws(StorageError) {
        let rows = try database.select(Select(["id"], from: relocations, where: [.equals("uuid", .text(other))]))
        try database.update(
            Update(
                relocations, set: ["status", "date_updated"],
                rows: rows.map { [$0[0], .integer(1), .timestamp(now)] }))
    }

    /// Writes where the relocation is.
    package func save(_ record: FlowRecord, now: Int64) throws(StorageError) {
        try change(Self.stateColumns, Self.state(record), now)
    }

    /// It has failed, wherever it was.
    package func end(_ reason: String, now: Int64) throws(StorageError) {
        try change(["status", "failure_reason"], [.integer(1), .text(Self.fitting(reason))], now)
    }

    package func save(wantedUsers: [String?], now: Int64) throws(StorageError) {
        try change(["want_usernames"], [.text(TextArrayJSON.text(wantedUsers))], now)
    }

    /// - Parameter kind: see ``Notice``
    package func save(notified kind: Notice.Kind, now: Int64) throws(StorageError) {
        switch kind {
        case .started: try change(["latest_notified"], [.integer(0)], now)
        case .failed: try change(["latest_notified"], [.integer(1)], now)
        case .succeeded: try change(["latest_notified"], [.integer(2)], now)
        case .claim: try change(["latest_unclaimed_emails_sent_at"], [.timestamp(now)], now)
        }
    }

    /// After the effects of a task: a record that is as new has them, too.
    package func confirm(now: Int64) throws(StorageError) { try change([], [], now) }

    private func change(_ columns: [String], _ values: [Value], _ now: Int64) throws(StorageError) {
        let changed: Int64 = try transaction { () throws(StorageError) in
            guard let row = try currentRow() else { return 0 }
            let changed = mark.next(after: row.changed, now)
            try database.update(
                Update(
                    relocations, set: columns + ["date_updated"],
                    rows: [[.integer(row.id)] + values + [.timestamp(changed)]]))
            return changed
        }
        mark.advance(to: changed)
    }

    private static let stateColumns = [
        "step", "status", "latest_task", "latest_task_attempts", "scheduled_pause_at_step", "scheduled_cancel_at_step",
        "failure_reason",
    ]

    private static func state(_ record: FlowRecord) -> [Value] {
        var record = record
        // The table refuses a plan for a step that is reached.
        record.dropPastSchedules()
        return [
            .integer(Int64(record.step.number ?? 0)), .integer(record.status.number), .text(record.latestTask),
            .integer(Int64(record.latestTaskAttempts)), number(record.pauseAtStep), number(record.cancelAtStep),
            record.failureReason.map { .text(Self.fitting($0)) } ?? .null,
        ]
    }

    /// The column holds so many characters; the queue holds the whole reason.
    private static func fitting(_ reason: String) -> String {
        String(String.UnicodeScalarView(reason.unicodeScalars.prefix(FlowReason.columnCharacters)))
    }

    private static func number(_ step: RelocationStep?) -> Value {
        step?.number.map { .integer(Int64($0)) } ?? .null
    }

    // MARK: For this room

    func newID(_ table: Table) throws(StorageError) -> Value {
        .integer(try database.reserveIDs(1, for: table).first ?? 0)
    }

    func transaction<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
        try database.withTransaction(body)
    }
}

extension RelocationState {
    /// Its number in the reference's table.
    fileprivate var number: Int64 {
        switch self {
        case .inProgress, .unknown: 0
        case .failure: 1
        case .success: 2
        case .paused: 3
        }
    }
}
