internal import Catalogue

/// ``Database`` on one connection to PostgreSQL.
///
/// A failed write leaves the transaction as it was before the call (a savepoint travels with every write, in the same
/// round trip), and the rows are then tried one by one to name the first that fails. A failed look-up leaves a
/// transaction that can only be rolled back. After a lost connection every call in the transaction fails with
/// `.unavailable`; the first call after its `rollback()` connects again. The outcome of a `commit()` that fails with
/// `.unavailable` is unknown: before the work is repeated, check whether it was done.
final class PostgresDatabase: Database {
    let identity: String
    var formerIdentity: String { identity }
    var beforeStatement: (() throws(StorageError) -> Void)?

    private let url: String
    let timeouts: DatabaseTimeouts
    private var connection: PostgresConnection?
    private(set) var transactions = 0
    var transaction = PostgresTransaction()

    init(url: String, timeouts: DatabaseTimeouts) throws(StorageError) {
        self.url = url
        self.timeouts = timeouts
        do throws(PostgresFailure) {
            let connection = try PostgresConnection(url: url, timeouts: timeouts)
            guard connection.serverVersion >= PostgresConnection.minimumVersion else {
                throw PostgresFailure(own: Self.tooOld(connection.serverVersion))
            }
            identity = try Self.identity(of: connection)
            self.connection = connection
        } catch {
            throw error.storageError()
        }
    }

    var isInTransaction: Bool { transaction.state != .none }

    var defersWrites: Bool { transaction.defersWrites }

    func begin(deferringWrites: Bool) throws(StorageError) {
        try begin(PostgresTransaction(state: .pending, defersWrites: deferringWrites))
    }

    func begin(_ new: PostgresTransaction) throws(StorageError) {
        guard !isInTransaction else { throw StorageError(.other, "a transaction is open already") }
        try beforeStatement?()
        connection?.checkAlive()
        do {
            _ = try usableConnection()
        } catch {
            throw error.storageError()
        }
        transaction = new
        transactions += 1
    }

    func rollback() {
        defer { transaction = PostgresTransaction() }
        guard transaction.state == .open, let connection, !connection.isBroken else { return }
        do {
            do { try connection.settle() } catch  where !connection.isBroken {
                // A posted command has failed. The caller rolls back because of that.
            }
            try connection.execute("ROLLBACK")
        } catch {
            // The server ends the transaction of a lost connection; the next call opens a new connection.
            self.connection = nil
        }
    }

    func checkConstraints() throws(StorageError) {
        try beforeStatement?()
        guard transaction.state != .pending else { return }
        do throws(PostgresFailure) {
            try perform([PostgresCommand("SAVEPOINT relocation"), PostgresCommand("SET CONSTRAINTS ALL IMMEDIATE")])
        } catch {
            throw violation(error)
        }
    }

    func commit() throws(StorageError) {
        do {
            try beforeStatement?()
            guard transaction.state != .pending else {
                transaction = PostgresTransaction()
                return
            }
            try finish()
        } catch {
            rollback()
            throw error
        }
        let cleared = transaction.cleared
        transaction = PostgresTransaction()
        restartSequences(of: cleared)
    }

    private func finish() throws(StorageError) {
        if !transaction.cleared.isEmpty { try coverClearedSequences() }
        do throws(PostgresFailure) {
            // Before the commit is sent, because only this side notices a missing row, not the server.
            if defersWrites { try tracked { connection throws(PostgresFailure) in _ = try connection.settle() } }
            // After a failure the savepoint allows a search for the row at fault. Deferred writes name no row.
            let ending = (defersWrites ? [] : ["SAVEPOINT relocation"]) + ["SET CONSTRAINTS ALL IMMEDIATE", "COMMIT"]
            let hasCleared = !transaction.cleared.isEmpty
            let results = try perform(
                (hasCleared ? [patience] : []) + ending.map { PostgresCommand($0) },
                within: hasCleared ? timeouts.longStatementMilliseconds : nil)
            // The server answers a COMMIT of a failed transaction with a roll-back, and no error.
            guard results.last?.tag == "COMMIT" else {
                throw PostgresFailure(own: StorageError(.other, "the transaction had failed before its commit"))
            }
        } catch {
            throw violation(error)
        }
    }

    /// The error of a broken deferred constraint, with its row.
    private func violation(_ failure: PostgresFailure) -> StorageError {
        let problem = failure.storageError()
        guard problem.kind == .foreignKeyViolation, !defersWrites else { return problem }
        return brokenReference(failure) ?? problem
    }

    // MARK: - Running

    /// The statements that open the transaction if it was only begun.
    private var opening: [String] {
        guard transaction.state == .pending else { return [] }
        return transaction.opening.prefix(1) + (connection?.transactionSettings ?? []) + transaction.opening.dropFirst()
    }

    /// Runs the commands in one round trip, and opens the transaction with them if it was only begun. The failure's
    /// command index counts the commands given.
    @discardableResult
    func perform(
        _ commands: [PostgresCommand], within milliseconds: Int? = nil
    ) throws(PostgresFailure) -> [PostgresResult] {
        let opening = self.opening.map { PostgresCommand($0) }
        return try tracked { connection throws(PostgresFailure) in
            do throws(PostgresFailure) {
                return Array(try connection.run(opening + commands, within: milliseconds).dropFirst(opening.count))
            } catch {
                throw error.at(command: (error.commandIndex ?? 0) - opening.count)
            }
        }
    }

    /// Runs commands that only read. If the server has closed the connection outside a transaction, they run once more
    /// on a fresh one: the first read after a restart of the server costs no attempt. If the server does not answer in
    /// time, they do not run again.
    func performRead(_ commands: [PostgresCommand]) throws(PostgresFailure) -> [PostgresResult] {
        let used = connection
        do throws(PostgresFailure) {
            return try perform(commands)
        } catch {
            guard transaction.state == .none, let used, used.isBroken, !used.isSilent else { throw error }
            return try perform(commands)
        }
    }

    /// Sends a command without waiting for its answer, except for the command that opens the transaction: if its BEGIN
    /// failed, the commands after it would take effect one by one.
    func post(_ command: PostgresCommand) throws(PostgresFailure) {
        if transaction.state == .pending {
            try perform([command])
            return
        }
        try tracked { connection throws(PostgresFailure) in try connection.post([command]) }
    }

    /// Waits for what was posted; the results of the last call.
    func posted() throws(PostgresFailure) -> [PostgresResult] {
        try tracked { connection throws(PostgresFailure) in try connection.settle() }
    }

    /// Sends a COPY without waiting for its end, opening the transaction on the way: data goes out once it is open.
    func postCopy(_ sql: String, _ data: UnsafeRawBufferPointer) throws(PostgresFailure) {
        let opening = self.opening.map { "\($0); " }.joined()
        try tracked { connection throws(PostgresFailure) in try connection.postCopy(opening + sql, data) }
    }

    /// Runs a COPY in a savepoint.
    func performCopy(
        _ sql: String, next: () throws(StorageError) -> UnsafeRawBufferPointer?
    ) throws(PostgresFailure) {
        let opening = self.opening.map { "\($0); " }.joined()
        try tracked { connection throws(PostgresFailure) in
            try connection.copy("\(opening)SAVEPOINT relocation; \(sql); RELEASE SAVEPOINT relocation", next: next)
        }
    }

    /// Undoes a failed write if the server still holds its savepoint: the transaction is as it was before the write.
    func restoreSavepoint(keeping: Bool = false) throws(PostgresFailure) {
        guard transaction.state == .open, connection?.isInFailedTransaction == true else { return }
        let ending = keeping ? "" : "; RELEASE SAVEPOINT relocation"
        try tracked { connection throws(PostgresFailure) in
            try connection.execute("ROLLBACK TO SAVEPOINT relocation\(ending)")
        }
    }

    var isInFailedTransaction: Bool { connection?.isInFailedTransaction ?? false }

    /// Keeps the state of the transaction right whatever happens to the connection.
    private func tracked<Result>(
        _ body: (PostgresConnection) throws(PostgresFailure) -> Result
    ) throws(PostgresFailure) -> Result {
        let connection = try usableConnection()
        do throws(PostgresFailure) {
            let result = try body(connection)
            if transaction.state == .pending { transaction.state = .open }
            return result
        } catch {
            if connection.isBroken {
                self.connection = nil
                if transaction.state != .none { transaction.state = .lost }
            } else if transaction.state == .pending, connection.isInTransaction {
                transaction.state = .open
            }
            throw error
        }
    }

    private func usableConnection() throws(PostgresFailure) -> PostgresConnection {
        if transaction.state == .lost {
            throw PostgresFailure(lost: "the connection was lost, and the transaction with it")
        }
        if let connection, !connection.isBroken { return connection }
        guard transaction.state != .open else {
            transaction.state = .lost
            throw PostgresFailure(lost: "the connection was lost, and the transaction with it")
        }
        let fresh = try PostgresConnection(url: url, timeouts: timeouts)
        // A name may move to another database (a failover, a renamed database) than the one the relocation is bound
        // to.
        guard try Self.identity(of: fresh) == identity else {
            throw PostgresFailure(own: StorageError(.unavailable, "another database answers at the same address"))
        }
        connection = fresh
        return fresh
    }

    // MARK: - Identity

    private static func tooOld(_ version: Int) -> StorageError {
        StorageError(
            .schemaMismatch,
            "the server is PostgreSQL \(version / 10_000): version \(PostgresConnection.minimumVersion / 10_000) "
                + "or later is needed")
    }

    private static func identity(of connection: PostgresConnection) throws(PostgresFailure) -> String {
        let database = "SELECT oid::bigint FROM pg_database WHERE datname = current_database()"
        do {
            let sql = "SELECT system_identifier, (\(database)) FROM pg_control_system()"
            let result = try connection.run([PostgresCommand(sql)])[0]
            if let system = result.integer(0, 0), let oid = result.integer(0, 1) {
                return "postgresql:\(system)/\(oid)"
            }
        } catch {
            // Some hosted servers do not tell the system identifier: then the address stands in. Any other failure must
            // not lead there: a relocation that is bound to an address could not go on once the identifier is known.
            if !error.isRefusedFunction {
                let problem = error.storageError()
                throw problem.kind == .other ? PostgresFailure(lost: problem.message) : error
            }
        }
        return "postgresql:\(connection.address)"
    }
}
