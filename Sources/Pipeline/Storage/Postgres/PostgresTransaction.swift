/// The transaction of a connection, as the client sees it.
struct PostgresTransaction {
    enum State {
        case none
        /// Begun, but nothing sent yet: BEGIN travels with the first statement.
        case pending
        case open
        /// Lost with its connection.
        case lost
    }

    var state = State.none
    /// Whether writes are sent without waiting for their answers.
    var defersWrites = false
    /// The statements that open it.
    var opening = ["BEGIN ISOLATION LEVEL READ COMMITTED"]
    /// What `clear` emptied.
    var cleared = ClearedTables()
    /// How many nested paged reads are open.
    var cursors = 0

    /// The transaction of a paged read. Every read in it shows the same moment. It may stay idle as long as
    /// `milliseconds`, while the consumer works.
    ///
    /// - Parameter snapshot: of another transaction, which then shows the same moment.
    static func reading(milliseconds: Int, snapshot: String? = nil) -> PostgresTransaction {
        let moment = snapshot.map { ["SET TRANSACTION SNAPSHOT '\($0)'"] } ?? []
        return PostgresTransaction(
            state: .pending,
            opening: ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"] + moment + [
                "SET LOCAL idle_in_transaction_session_timeout = \(milliseconds)"
            ])
    }
}
