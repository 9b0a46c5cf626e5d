@preconcurrency import CPQ

/// A session on the destination's server, for the faults that operators and other programs cause.
final class PostgresSession {
    private let connection: OpaquePointer

    init?(_ url: String) {
        guard let connection = PQconnectdb(url) else { return nil }
        guard PQstatus(connection) == CONNECTION_OK else {
            PQfinish(connection)
            return nil
        }
        self.connection = connection
    }

    deinit { PQfinish(connection) }

    /// Runs statements. Returns the rows of the last one as text; nil if it failed.
    @discardableResult
    func rows(_ sql: String) -> [[String]]? {
        guard let result = PQexec(connection, sql) else { return nil }
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else { return nil }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in String(cString: PQgetvalue(result, row, column)) }
        }
    }

    func run(_ sql: String) -> Bool { rows(sql) != nil }
}
