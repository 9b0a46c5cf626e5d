@preconcurrency internal import CPQ
internal import Glibc

/// One connection to a PostgreSQL server with its prepared statements. Never waits without an end: a server that
/// does not answer in time counts as lost. Closed with the last reference to it.
final class PostgresConnection {
    private let handle: OpaquePointer
    /// Whether the connection was lost. Nothing can be sent any more.
    private(set) var isBroken = false
    /// Whether it counts as lost because the server did not answer in time.
    private(set) var isSilent = false
    private var statements: [String: String] = [:]
    private var statementCount = 0
    private let timeouts: DatabaseTimeouts
    private let farewell = Farewell()
    /// What was sent and whose answers were not read yet, oldest first.
    private var outstanding: [Outstanding] = []

    private enum Outstanding {
        case commands([PreparedPlan])
        case copy
    }

    private final class Farewell { var wasReceived = false }

    /// Beyond this many the server forgets them all and they are prepared again.
    private static let maximumStatements = 400
    /// What the server may take beyond its own limit on statements before it counts as lost.
    private static let answerSlackMilliseconds = 5_000
    /// What libpq takes at once during a COPY: its lengths have 32 bits.
    private static let longestPieceBytes = 1 << 24
    /// The oldest server whose features are relied on.
    static let minimumVersion = 120_000

    init(url: String, timeouts: DatabaseTimeouts) throws(PostgresFailure) {
        self.timeouts = timeouts
        handle = try PostgresConnector.connect(url, timeouts)
        PQsetNoticeReceiver(
            handle,
            { farewell, notice in
                // Notices are nobody's to read, but for the one with which the server ends an idle session.
                guard let farewell, let severity = PQresultErrorField(notice, Int32(UInt8(ascii: "V"))) else { return }
                guard ["FATAL", "PANIC"].contains(String(cString: severity)) else { return }
                Unmanaged<Farewell>.fromOpaque(farewell).takeUnretainedValue().wasReceived = true
            }, Unmanaged.passUnretained(farewell).toOpaque())
        guard PQserverVersion(handle) >= Self.minimumVersion else { return }
        PQsetnonblocking(handle, 1)
        try configure()
    }

    deinit { PQfinish(handle) }

    /// As 15.04 → 150004.
    var serverVersion: Int { Int(PQserverVersion(handle)) }

    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    var isInFailedTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INERROR }

    /// Host, port and database, for an identity where the server tells no better.
    var address: String {
        func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        return "\(text(PQhost(handle))):\(text(PQport(handle)))/\(text(PQdb(handle)))"
    }

    /// Notices that the server has closed the connection, without sending anything.
    func checkAlive() {
        let isOpen = PQconsumeInput(handle) == 1 && PQisBusy(handle) == 0 && PQstatus(handle) == CONNECTION_OK
        if !isOpen || farewell.wasReceived { isBroken = true }
    }

    // MARK: - Pipeline

    /// Runs the commands in one round trip. The first failure ends the rest; the error says which command it was.
    /// - Parameter milliseconds: how long the server may be silent; nil for the usual.
    /// What was posted before is answered first; its failure is thrown in place of the commands' own.
    func run(_ commands: [PostgresCommand], within milliseconds: Int? = nil) throws(PostgresFailure) -> [PostgresResult]
    {
        try sendAll(commands, milliseconds)
        return try settle(milliseconds)
    }

    /// Sends the commands without waiting for their answers: a later call throws what goes wrong.
    func post(_ commands: [PostgresCommand]) throws(PostgresFailure) {
        try sendAll(commands, nil)
        try push()
    }

    /// Reads all answers that are due; the first failure among them ends in a throw. Returns the results of the last
    /// commands sent.
    @discardableResult
    func settle(_ milliseconds: Int? = nil) throws(PostgresFailure) -> [PostgresResult] {
        guard !outstanding.isEmpty else { return [] }
        try flush(milliseconds)
        let due = outstanding
        outstanding = []
        var failure: PostgresFailure?
        var results: [PostgresResult] = []
        for item in due {
            switch item {
            case .copy:
                let problem = try drain(milliseconds)
                failure = failure ?? problem
            case .commands(let plans):
                do throws(PostgresFailure) {
                    results = try collect(plans, milliseconds)
                } catch {
                    if isBroken { throw error }
                    failure = failure ?? error
                }
            }
        }
        PQexitPipelineMode(handle)
        if let failure { throw failure }
        return results
    }

    private func sendAll(_ commands: [PostgresCommand], _ milliseconds: Int?) throws(PostgresFailure) {
        try checkUsable()
        if case .copy? = outstanding.last { try settle(milliseconds) }
        if statements.count > Self.maximumStatements {
            try settle(milliseconds)
            try forgetStatements()
        }
        PQenterPipelineMode(handle)
        var plans: [PreparedPlan] = []
        for (index, command) in commands.enumerated() {
            plans.append(try send(command))
            // Long pipelines are pushed out as they grow, so that neither side waits for the other's buffer.
            if index % 64 == 63 { try flush(milliseconds) }
        }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        outstanding.append(.commands(plans))
    }

    private struct PreparedPlan {
        let sql: String
        let name: String
        let isNew: Bool
        let expectedRows: Int?
    }

    private func send(_ command: PostgresCommand) throws(PostgresFailure) -> PreparedPlan {
        let known = statements[command.sql]
        let name = known ?? "relocation_\(statementCount)"
        if known == nil {
            statementCount += 1
            statements[command.sql] = name
            let types = command.parameters.types
            guard PQsendPrepare(handle, name, command.sql, Int32(types.count), types) == 1 else { throw lost() }
        }
        let sent = command.parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(handle, name, Int32(values.count), values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
        return PreparedPlan(
            sql: command.sql, name: name, isNew: known == nil, expectedRows: command.expectedRows)
    }

    private func collect(
        _ plans: [PreparedPlan], _ milliseconds: Int?
    ) throws(PostgresFailure) -> [PostgresResult] {
        var results: [PostgresResult] = []
        var failure: PostgresFailure?
        for (index, plan) in plans.enumerated() {
            if plan.isNew, case .failed(let error) = try outcome(milliseconds) {
                statements[plan.sql] = nil
                if failure == nil { failure = error.at(command: index) }
            }
            switch try outcome(milliseconds) {
            case .rows(let result):
                results.append(result)
                if let expected = plan.expectedRows, result.affectedRows != expected, failure == nil {
                    failure = PostgresFailure(misfit: .missingRow).at(command: index)
                }
            case .failed(let error): if failure == nil { failure = error.at(command: index) }
            }
        }
        // The sync has a result of its own.
        PQclear(try nextResult(milliseconds))
        if let failure {
            if failure.isStalePlan { statements.removeAll() }
            throw failure
        }
        return results
    }

    private enum Outcome {
        case rows(PostgresResult)
        case failed(PostgresFailure)
    }

    /// The result of one command, with the nil that ends it.
    private func outcome(_ milliseconds: Int?) throws(PostgresFailure) -> Outcome {
        guard let result = try nextResult(milliseconds) else { throw lost() }
        let outcome: Outcome
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: outcome = .rows(PostgresResult(result))
        default:
            outcome = .failed(PostgresFailure(result))
            PQclear(result)
        }
        _ = try nextResult(milliseconds)
        return outcome
    }

    private func forgetStatements() throws(PostgresFailure) {
        statements.removeAll()
        try execute("DEALLOCATE ALL")
    }

    // MARK: - Plain statements and COPY

    /// Runs statements without parameters in one round trip; rows are ignored.
    func execute(_ sql: String, within milliseconds: Int? = nil) throws(PostgresFailure) {
        try checkUsable()
        try settle(milliseconds)
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        try flush(milliseconds)
        if let failure = try drain(milliseconds) { throw failure }
    }

    /// Runs statements of which one is a COPY from here; `next` gives the data piece by piece. What it throws ends the
    /// COPY without effect and is thrown on.
    func copy(
        _ sql: String, next: () throws(StorageError) -> UnsafeRawBufferPointer?
    ) throws(PostgresFailure) {
        try beginCopy(sql)
        var problem: StorageError?
        while problem == nil {
            let piece: UnsafeRawBufferPointer?
            do throws(StorageError) {
                piece = try next()
            } catch {
                problem = error
                break
            }
            guard let piece else { break }
            try put(piece)
        }
        guard PQputCopyEnd(handle, problem == nil ? nil : "a value does not fit its column") == 1 else { throw lost() }
        try flush(nil)
        let failure = try drain(nil)
        if let problem { throw PostgresFailure(misfit: problem) }
        if let failure { throw failure }
    }

    /// Runs statements of which one is a COPY of this data, without waiting for its end: a later call throws what goes
    /// wrong.
    func postCopy(_ sql: String, _ data: UnsafeRawBufferPointer) throws(PostgresFailure) {
        try beginCopy(sql)
        try buffer(data)
        guard PQputCopyEnd(handle, nil) == 1 else { throw lost() }
        outstanding.append(.copy)
        try push()
    }

    private func beginCopy(_ sql: String) throws(PostgresFailure) {
        try checkUsable()
        try settle()
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        try flush(nil)
        try awaitCopy()
    }

    private func awaitCopy() throws(PostgresFailure) {
        while let result = try nextResult(nil) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_IN: return
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: continue
            default:
                let failure = PostgresFailure(result)
                _ = try drain(nil)
                throw failure
            }
        }
        throw lost()
    }

    private func put(_ piece: UnsafeRawBufferPointer) throws(PostgresFailure) {
        try buffer(piece)
        try flush(nil)
    }

    /// Takes data over, to be sent as the server reads it.
    private func buffer(_ data: UnsafeRawBufferPointer) throws(PostgresFailure) {
        var rest = data
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.longestPieceBytes))
            let start = piece.baseAddress?.assumingMemoryBound(to: CChar.self)
            switch PQputCopyData(handle, start, Int32(piece.count)) {
            case 1: rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            case 0: try flush(nil)
            default: throw lost()
            }
        }
    }

    /// Reads to the end of all results; the first failure among them.
    private func drain(_ milliseconds: Int?) throws(PostgresFailure) -> PostgresFailure? {
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

    // MARK: - Waiting

    private func nextResult(_ milliseconds: Int?) throws(PostgresFailure) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(Int16(POLLIN), milliseconds)
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        let result = PQgetResult(handle)
        if PQstatus(handle) != CONNECTION_OK {
            isBroken = true
            // The server's farewell, where there is one, says more than libpq.
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

    private func flush(_ milliseconds: Int?) throws(PostgresFailure) {
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

    /// Hands the system what it takes at once; the rest goes with the next call.
    private func push() throws(PostgresFailure) {
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

    private func checkUsable() throws(PostgresFailure) {
        if isBroken { throw PostgresFailure(lost: "the connection was lost") }
    }

    private func lost() -> PostgresFailure {
        isBroken = true
        return PostgresFailure(lost: "the connection was lost")
    }

    /// Look-ups go through indexes where there is one: the server keeps a statement's plan, and one that was made for an
    /// empty table would read it from end to end once an import has filled it.
    private func configure() throws(PostgresFailure) {
        try execute(
            """
            SET statement_timeout = \(timeouts.statementMilliseconds);
            SET lock_timeout = \(timeouts.lockMilliseconds);
            SET idle_in_transaction_session_timeout = \(timeouts.idleInTransactionMilliseconds);
            SET enable_seqscan = off; SET TimeZone = 'UTC';
            SET client_min_messages = error; SET standard_conforming_strings = on
            """)
    }
}
