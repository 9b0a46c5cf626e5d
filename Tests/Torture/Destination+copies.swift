import CSQLite
import Foundation
import TestSupport

/// What a database says of relocations: its ledger, and the records of those with steps.
struct LedgerView {
    /// UUID → outcome; empty while it goes on.
    private var outcomes: [String: String] = [:]
    /// Those whose own record says that they go on, whatever the ledger knows of an earlier end: the copy was made while they went
    /// through their steps once more, or before they had imported anything.
    private var open: Set<String> = []

    /// - Parameter rows: UUID and outcome of each, as ``query(_:)`` gives them
    init(_ rows: [[String]]) {
        for row in rows {
            let uuid = row[0].lowercased()
            if row[1] == Self.goesOn { open.insert(uuid) } else { outcomes[uuid] = row[1] }
        }
    }

    private static let goesOn = "OPEN"

    static func query(_ ledger: String) -> String {
        """
        SELECT CAST(uuid AS text), coalesce(outcome, '') FROM \(ledger)
        UNION ALL SELECT CAST(uuid AS text), '\(goesOn)' FROM sentry_relocation WHERE status IN (0, 3)
        """
    }

    /// Relocations whose import has begun.
    var begun: Set<String> { Set(outcomes.keys) }

    /// Whether a relocation has ended with the status that Redis shows.
    func hasEnded(_ uuid: String, as status: String) -> Bool { outcomes[uuid] == status && !open.contains(uuid) }

    /// Whether nothing of a relocation is left: it was undone, or never began.
    func isGone(_ uuid: String) -> Bool { !open.contains(uuid) && outcomes[uuid, default: "UNDONE"] == "UNDONE" }
}

extension DestinationServer {
    func ledger(_ url: String) throws -> LedgerView {
        guard postgres != nil else { return try SQLiteFile(url).ledger() }
        let query = LedgerView.query("relocation.import")
        guard let rows = PostgresSession(url)?.rows(query) else { throw SystemFailure("the ledger cannot be read") }
        return LedgerView(rows)
    }

    /// Copies a database as it is now. Returns the copy's URL.
    func copy(_ url: String) throws -> String {
        guard let postgres else {
            let copy = url + ".\(UUID().uuidString.prefix(8))"
            try SQLiteFile(copy).replaceContent(by: try SQLiteFile(url))
            return copy
        }
        let (name, copy) = (Self.name(url), "copy_\(UUID().uuidString.prefix(8).lowercased())")
        let session = try administration()
        defer { readmit(name) }
        try Self.shutOut(name, session)
        try Self.require(session, "CREATE DATABASE \(copy) TEMPLATE \(name)\(tablespace)")
        return postgres.url(database: copy)
    }

    /// Puts a copy in a database's place, as a backup that is restored in place: the database keeps its identity.
    func restore(_ url: String, from copy: String) throws {
        defer { try? drop(copy) }
        guard postgres == nil else { return try replacePostgres(Self.name(url), by: Self.name(copy)) }
        try SQLiteFile(url).replaceContent(by: try SQLiteFile(copy))
    }

    private func replacePostgres(_ name: String, by copy: String) throws {
        let old = "old_\(UUID().uuidString.prefix(8).lowercased())"
        guard eventually(within: 60, { (try? setAside(name, as: old)) != nil }) else {
            readmit(name)
            throw SystemFailure("\(name) cannot be renamed")
        }
        let session = try administration()
        guard let number = session.rows("SELECT oid FROM pg_database WHERE datname = '\(old)'")?.first?.first else {
            throw SystemFailure("\(old) has no number")
        }
        try Self.require(session, "DROP DATABASE \(old) WITH (FORCE)")
        try Self.require(session, "CREATE DATABASE \(name) TEMPLATE \(copy) OID \(number)\(tablespace)")
    }

    /// The server may end meanwhile, or clean the database up: then the caller tries again.
    private func setAside(_ name: String, as old: String) throws {
        let session = try administration()
        let isDone = session.rows("SELECT 1 FROM pg_database WHERE datname = '\(old)'")?.isEmpty == false
        if !isDone {
            try Self.shutOut(name, session)
            try Self.require(session, "ALTER DATABASE \(name) RENAME TO \(old)")
        }
        try Self.require(session, "ALTER DATABASE \(old) ALLOW_CONNECTIONS true")
    }

    private func readmit(_ name: String) {
        _ = eventually(within: 60) {
            (try? administration())?.run("ALTER DATABASE \(name) ALLOW_CONNECTIONS true") == true
        }
    }

    private func administration() throws -> PostgresSession {
        guard let session = PostgresSession(postgres?.url(database: "postgres") ?? "") else {
            throw SystemFailure("no session on the server")
        }
        return session
    }

    private static func name(_ url: String) -> String { url.split(separator: "/").last.map(String.init) ?? "" }

    /// Ends all sessions of a database and lets nobody in.
    private static func shutOut(_ name: String, _ session: PostgresSession) throws {
        try require(session, "ALTER DATABASE \(name) ALLOW_CONNECTIONS false")
        let sessions = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '\(name)'"
        guard eventually(within: 20, { session.rows(sessions)?.first?.first == "0" }) else {
            _ = session.run("ALTER DATABASE \(name) ALLOW_CONNECTIONS true")
            throw SystemFailure("\(name) keeps sessions")
        }
    }

    private static func require(_ session: PostgresSession, _ sql: String) throws {
        guard session.run(sql) else { throw SystemFailure(sql) }
    }
}

/// A SQLite file, for what only its library can do.
private final class SQLiteFile {
    private let database: OpaquePointer

    init(_ url: String) throws {
        var opened: OpaquePointer?
        let path = String(url.dropFirst("sqlite://".count))
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw SystemFailure("cannot open \(path)") }
        database = opened
        sqlite3_busy_timeout(database, 10_000)
    }

    deinit { sqlite3_close(database) }

    func ledger() throws -> LedgerView {
        var statement: OpaquePointer?
        let query = LedgerView.query("relocation_import")
        guard sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK else {
            throw SystemFailure(String(cString: sqlite3_errmsg(database)))
        }
        defer { sqlite3_finalize(statement) }
        var rows: [[String]] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            rows.append((0..<2).map { String(cString: sqlite3_column_text(statement, $0)) })
        }
        return LedgerView(rows)
    }

    /// Writes another file's content into this one, as one transaction.
    func replaceContent(by source: SQLiteFile) throws {
        guard let backup = sqlite3_backup_init(database, "main", source.database, "main") else {
            throw SystemFailure(String(cString: sqlite3_errmsg(database)))
        }
        defer { sqlite3_backup_finish(backup) }
        try step(backup, 1, wants: [SQLITE_OK, SQLITE_DONE])
        try step(backup, -1, wants: [SQLITE_DONE])
    }

    private func step(_ backup: OpaquePointer, _ pages: Int32, wants codes: [Int32]) throws {
        var code: Int32 = SQLITE_BUSY
        let isDone = eventually(within: 30) {
            code = sqlite3_backup_step(backup, pages)
            return codes.contains(code)
        }
        guard isDone else { throw SystemFailure("a copy of a SQLite file: \(code)") }
    }
}
