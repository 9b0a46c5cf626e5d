@preconcurrency internal import CPQ

extension PostgresConnection {
    /// What libpq takes at once during a COPY: its lengths have 32 bits.
    private static let longestPieceBytes = 1 << 24

    /// Runs statements without parameters in one round trip; rows are ignored.
    func execute(_ sql: String, within milliseconds: Int? = nil) throws(PostgresFailure) {
        try checkUsable()
        try settle(milliseconds)
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        try flush(milliseconds)
        if let failure = try drain(milliseconds) { throw failure }
    }

    /// Runs statements; one of them is a COPY from this side. `next` returns the data piece by piece. An error that it
    /// throws ends the COPY without effect and is thrown to the caller.
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
        if let problem { throw PostgresFailure(own: problem) }
        if let failure { throw failure }
    }

    /// Runs statements, one of them a COPY of this data, without waiting for the end: a later call throws the error.
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

    /// Queues data that is sent as the server reads it.
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
}
