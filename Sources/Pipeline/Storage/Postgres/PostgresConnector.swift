@preconcurrency internal import CPQ
internal import Glibc

/// Opens connections to a server, and says why a connection is refused.
enum PostgresConnector {
    static func connect(_ url: String, _ timeouts: DatabaseTimeouts) throws(PostgresFailure) -> OpaquePointer {
        // A later keyword overrides an earlier one: the URL our defaults, our encoding the URL.
        let settings: [(String, String)] = [
            ("connect_timeout", String(timeouts.connectSeconds)),
            ("tcp_user_timeout", String(timeouts.tcpMilliseconds)),
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "2"),
            ("fallback_application_name", "relocation"), ("dbname", url), ("client_encoding", "UTF8"),
        ]
        try checkReadable(url)
        let keywords = settings.map { strdup($0.0) } + [nil]
        let values = settings.map { strdup($0.1) } + [nil]
        defer { for pointer in keywords + values { free(pointer) } }
        let connection = PQconnectdbParams(
            keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
        guard let connection else { throw PostgresFailure(lost: "out of memory") }
        guard PQstatus(connection) == CONNECTION_OK else {
            defer { PQfinish(connection) }
            throw refusal(connection)
        }
        return connection
    }

    /// libpq's own words on a malformed URL repeat parts of it.
    private static func checkReadable(_ url: String) throws(PostgresFailure) {
        guard let options = PQconninfoParse(url, nil) else {
            throw PostgresFailure(own: StorageError(.invalidValue, "libpq does not understand the database URL"))
        }
        PQconninfoFree(options)
    }

    /// libpq gives no SQLSTATE for a refused connection, only a message.
    private static func refusal(_ connection: OpaquePointer) -> PostgresFailure {
        let lines = String(cString: PQerrorMessage(connection)).split(whereSeparator: \.isWhitespace)
        let words = lines.joined(separator: " ")
        var failure = PostgresFailure(lost: "no connection: \(words)")
        if PQconnectionNeedsPassword(connection) == 1 || PQconnectionUsedPassword(connection) == 1 {
            if words.contains("authentication failed") || words.contains("no password supplied") {
                failure.sqlState = "28P01"
            }
        }
        // A wrong certificate, or a server without encryption: waiting does not help.
        let distrust = ["certificate verify failed", "server certificate for", "root certificate file"]
        if distrust.contains(where: words.contains) || words.contains("server does not support SSL")
            || words.contains("pg_hba.conf") || words.contains("is not permitted to log in")
            || words.contains("requires a valid client certificate")
            || words.contains("authentication failed") || words.contains("permission denied for database")
        {
            failure.sqlState = "28000"
        } else if words.contains("FATAL: database \"") && words.contains("does not exist") {
            failure.sqlState = "3D000"
        } else if words.contains("FATAL: role \"") && words.contains("does not exist") {
            failure.sqlState = "28000"
        }
        return failure
    }
}
