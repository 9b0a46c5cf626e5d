internal import Catalogue
package import Storage

/// Reads and writes in the ledger who was told of a relocation: what Redis remembers too, but may lose. It holds no reasons: the
/// words of a mail server may name people. Every call that writes is a transaction of its own.
package struct NoticeTable {
    /// What the ledger knows of one notice.
    package enum State: String, Sendable {
        /// It was about to be sent.
        case sending
        case sent
        case refused
        /// It was certainly not sent.
        case deferred
    }

    private let database: any Database
    private let uuid: String

    private static var table: Table { OwnTables.standard.notices }

    /// nil without a ledger.
    package init?(of uuid: String, in destination: Destination) throws(StorageError) {
        guard try destination.hasLedger() else { return nil }
        database = destination.region
        self.uuid = uuid
    }

    /// nil if nothing is known.
    ///
    /// - Parameter key: tells the notice from all others, and names nobody
    package func state(of key: String) throws(StorageError) -> State? { try row(key)?.state }

    /// Notes that a notice is about to be sent. Returns false, and changes nothing, if that was noted before, or if the notice
    /// has ended.
    package func begin(_ key: String) throws(StorageError) -> Bool {
        try write(key) { () throws(StorageError) in
            let known = try row(key)
            if let known, known.state != .deferred { return false }
            try set(key, .sending, known?.id)
            return true
        }
    }

    /// Notes what has become of a notice.
    package func note(_ key: String, _ state: State) throws(StorageError) {
        try write(key) { () throws(StorageError) in try set(key, state, try row(key)?.id) }
    }

    // MARK: Parts

    /// What nobody can read counts as sent: nobody is told twice.
    private func row(_ key: String) throws(StorageError) -> (id: Value, state: State)? {
        try database.select(
            Select(["id", "state"], from: Self.table, where: conditions(key))
        ).first.map { ($0[0], $0[1].text.flatMap(State.init) ?? .sent) }
    }

    private func conditions(_ key: String) -> [Condition] {
        [.equals("uuid", .text(uuid)), .equals("notice", .text(key))]
    }

    private func set(_ key: String, _ state: State, _ id: Value?) throws(StorageError) {
        let now = Value.timestamp(WallClock.now())
        if let id {
            try database.update(
                Update(Self.table, set: ["state", "noted_at"], rows: [[id, .text(state.rawValue), now]]))
            return
        }
        let columns = ["uuid", "notice", "state", "noted_at"]
        try database.insert(
            Insert(into: Self.table, columns: columns, rows: [[.text(uuid), .text(key), .text(state.rawValue), now]]))
    }

    /// One at a time: of two workers only one begins.
    private func write<Result>(_ key: String, _ body: () throws(StorageError) -> Result) throws(StorageError) -> Result
    {
        try database.withTransaction { () throws(StorageError) in
            _ = try database.count(Self.table, where: conditions(key), alone: "notices of \(uuid)")
            return try body()
        }
    }
}
