@preconcurrency internal import CPQ
internal import Glibc

/// One connection to a PostgreSQL server with its prepared statements. Never waits without an end: a server that
/// does not answer in time counts as lost. Closed with the last reference to it.
// More than eight properties: the connection, what it has been told, and what it still owes.
final class PostgresConnection {
    let handle: OpaquePointer
    /// Whether the connection was lost. Nothing can be sent any more.
    private(set) var isBroken = false
    /// Whether it counts as lost because the server did not answer in time.
    private(set) var isSilent = false
    /// SQL → name of the statement prepared for it.
    var statements: [String: String] = [:]
    var statementCount = 0
    /// Whether a pooler (PgBouncer) stands between, which may give each transaction another session of the server: no
    /// statement stays prepared, and settings hold for one transaction.
    private(set) var isPooled = true
    private let timeouts: DatabaseTimeouts
    private let lastMessage = LastMessage()
    /// What was sent and whose answers were not read yet, oldest first.
    var outstanding: [Outstanding] = []

    enum Outstanding {
        case commands([PreparedPlan])
        case copy
    }

    struct PreparedPlan {
        let sql: String
        let name: String
        let isNew: Bool
        let expectedRows: Int?
    }

    private final class LastMessage { var wasReceived = false }

    /// How long after its own statement timeout the server may take before it counts as lost.
    private static let answerSlackMilliseconds = 5_000
    /// The oldest server whose features are relied on.
    static let minimumVersion = 120_000

    init(url: String, timeouts: DatabaseTimeouts) throws(PostgresFailure) {
        self.timeouts = timeouts
        handle = try PostgresConnector.connect(url, timeouts)
        PQsetNoticeReceiver(
            handle,
            { lastMessage, notice in
                // Only one notice matters: that the server ends an idle session.
                guard let lastMessage, let severity = PQresultErrorField(notice, Int32(UInt8(ascii: "V"))) else {
                    return
                }
                guard ["FATAL", "PANIC"].contains(String(cString: severity)) else { return }
                Unmanaged<LastMessage>.fromOpaque(lastMessage).takeUnretainedValue().wasReceived = true
            }, Unmanaged.passUnretained(lastMessage).toOpaque())
        guard PQserverVersion(handle) >= Self.minimumVersion else { return }
        PQsetnonblocking(handle, 1)
        // A pooler gives numbers of its own to sessions.
        let session = try run([PostgresCommand("SELECT pg_backend_pid()")]).first?.integer(0, 0)
        isPooled = session != Int64(PQbackendPID(handle))
        if !isPooled { try execute(settings.map { "SET \($0)" }.joined(separator: "; ")) }
    }

    deinit { PQfinish(handle) }

    /// As 15.04 → 150004.
    var serverVersion: Int { Int(PQserverVersion(handle)) }

    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    var isInFailedTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }

    /// Host, port and database: the identity if the server does not tell its own.
    var address: String {
        func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        return "\(text(PQhost(handle))):\(text(PQport(handle)))/\(text(PQdb(handle)))"
    }

    /// Notices that the server has closed the connection, without sending anything.
    func checkAlive() {
        let isOpen = PQconsumeInput(handle) == 1 && PQisBusy(handle) == 0 && PQstatus(handle) == CONNECTION_OK
        if !isOpen || lastMessage.wasReceived { isBroken = true }
    }

    // MARK: - Waiting

    /// Reads to the end of all results; the first failure among them.
    func drain(_ milliseconds: Int?) throws(PostgresFailure) -> PostgresFailure? {
        var failure: PostgresFailure?
        while let result = try nextResult(milliseconds) {
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            if failure == nil, status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE {
                failure = PostgresFailure(result)
            }
        }
        return failure
    }

    func nextResult(_ milliseconds: Int?) throws(PostgresFailure) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(Int16(POLLIN), milliseconds)
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        let result = PQgetResult(handle)
        if PQstatus(handle) != CONNECTION_OK {
            isBroken = true
            // The server's last message, if any, says more than libpq's.
            if let result {
                defer { PQclear(result) }
                var failure = PostgresFailure(result)
                if failure.sqlState == nil { failure = PostgresFailure(lost: failure.message) }
                throw failure.onLostConnection
            }
            throw lost()
        }
        return result
    }

    func flush(_ milliseconds: Int?) throws(PostgresFailure) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                try wait(Int16(POLLIN | POLLOUT), milliseconds)
                // The server may be waiting for us to read before it reads on.
                guard PQconsumeInput(handle) == 1 else { throw lost() }
            default: throw lost()
            }
        }
    }

    /// Passes the system as much as it takes at once; the next call passes the rest.
    func push() throws(PostgresFailure) {
        guard PQflush(handle) >= 0 else { throw lost() }
    }

    private func wait(_ events: Int16, _ milliseconds: Int?) throws(PostgresFailure) {
        let limit = milliseconds ?? timeouts.statementMilliseconds
        let longest = Int(Int32.max) - Self.answerSlackMilliseconds
        let patience = limit == 0 ? -1 : Int32(clamping: min(limit, longest) + Self.answerSlackMilliseconds)
        var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
        while true {
            switch poll(&descriptor, 1, patience) {
            case 1...: return
            case 0:
                isBroken = true
                isSilent = true
                throw PostgresFailure(lost: "the server does not answer")
            default:
                if errno != EINTR { throw lost() }
            }
        }
    }

    func checkUsable() throws(PostgresFailure) {
        if isBroken { throw PostgresFailure(lost: "the connection was lost") }
    }

    func lost() -> PostgresFailure {
        isBroken = true
        return PostgresFailure(lost: "the connection was lost")
    }

    /// Look-ups use an index if there is one. The server keeps a statement's plan: a plan made for an empty table
    /// would read the whole table after an import has filled it.
    private var settings: [String] {
        [
            "statement_timeout = \(timeouts.statementMilliseconds)", "lock_timeout = \(timeouts.lockMilliseconds)",
            "idle_in_transaction_session_timeout = \(timeouts.idleInTransactionMilliseconds)", "enable_seqscan = off",
            "TimeZone = 'UTC'", "client_min_messages = error", "standard_conforming_strings = on",
        ]
    }

    /// What follows the BEGIN of each transaction.
    var transactionSettings: [String] { isPooled ? settings.map { "SET LOCAL \($0)" } : [] }
}
