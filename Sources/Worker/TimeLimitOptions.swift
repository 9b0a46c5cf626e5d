import ArgumentParser
import CommandLine
import Storage

/// How long a database may take.
struct TimeLimitOptions: ParsableArguments {
    @Option(
        name: .customLong("statement-timeout"),
        help: ArgumentHelp(
            """
            Seconds that PostgreSQL may take for one statement; then the attempt has failed. Keep --stall-limit longer \
            (RELOCATION_STATEMENT_TIMEOUT; default: \(TimeLimitOptions.standard.statementMilliseconds / 1_000)).
            """, valueName: "seconds"))
    var statement: Int?

    @Option(
        name: .customLong("long-statement-timeout"),
        help: ArgumentHelp(
            """
            Seconds for each statement that takes long in any large database: emptying a table for a Global import, \
            checking all references to its rows, and the commit (RELOCATION_LONG_STATEMENT_TIMEOUT; default: \
            \(TimeLimitOptions.standard.longStatementMilliseconds / 1_000)).
            """, valueName: "seconds"))
    var longStatement: Int?

    @Option(
        name: .customLong("lock-timeout"),
        help: ArgumentHelp(
            """
            Seconds to wait for a row or table that another program has locked; on SQLite, for its write lock \
            (RELOCATION_LOCK_TIMEOUT; default: \(TimeLimitOptions.standard.lockMilliseconds / 1_000)).
            """, valueName: "seconds"))
    var lock: Int?

    fileprivate static let standard = DatabaseTimeouts()

    func validate() throws {
        do { _ = try timeouts(Environment([:])) } catch { throw ValidationError(error.message) }
    }

    func timeouts(_ environment: Environment = .process) throws(CommandFailure) -> DatabaseTimeouts {
        var timeouts = Self.standard
        func set(_ limit: inout Int, _ flag: String, _ given: Int?) throws(CommandFailure) {
            limit =
                try Setting(flag).number(
                    given, in: Self.limits, unit: " seconds", otherwise: limit / 1_000, environment) * 1_000
        }
        try set(&timeouts.statementMilliseconds, "statement-timeout", statement)
        try set(&timeouts.longStatementMilliseconds, "long-statement-timeout", longStatement)
        try set(&timeouts.lockMilliseconds, "lock-timeout", lock)
        return timeouts
    }

    private static let limits = 1...86_400
}
