import ArgumentParser
import CommandLine
import WorkerRuntime

/// How a worker works. Each flag has a variable of the environment.
// More than eight properties: one per option.
struct WorkOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: """
            End when no relocation is left that can continue without an operator; with 1 if one has failed meanwhile \
            (RELOCATION_DRAIN).
            """)
    var drain: Bool?

    @Option(
        name: .customLong("drain-wait"),
        help: ArgumentHelp(
            """
            Seconds that --drain waits for a relocation's next attempt. If all that is left waits longer, the worker names \
            it and exits with 75 (RELOCATION_DRAIN_WAIT; default: \(WorkOptions.standardDrainWait)).
            """, valueName: "seconds"))
    var drainWait: Int?

    @Option(
        help: ArgumentHelp(
            """
            Relocations imported at the same time, 1-\(WorkerSettings.concurrencyLimits.upperBound) \
            (RELOCATION_CONCURRENCY; default: 1).
            """,
            valueName: "number"))
    var concurrency: Int?

    @Option(
        name: [.customLong("commit-batch-rows"), .customLong("group-rows")],
        help: ArgumentHelp(
            """
            Rows of one relocation that one transaction commits; 1 commits each chunk by itself \
            (RELOCATION_COMMIT_BATCH_ROWS; default: \(CommitBatchPolicy().maxRows)). --group-rows is the old name.
            """, valueName: "rows"))
    var commitBatchRows: Int?

    @Option(
        name: .customLong("outage-budget"),
        help: ArgumentHelp(
            """
            Seconds for which Redis may be unreachable before the worker exits with 69; the database too, at the start or \
            with --drain. A worker that has worked waits for its database as long as it takes \
            (RELOCATION_OUTAGE_BUDGET; default: \(WorkOptions.standardOutageBudget)).
            """,
            valueName: "seconds"))
    var outageBudget: Int?

    @Option(
        name: .customLong("max-attempts"),
        help: ArgumentHelp(
            """
            Attempts of a task after transient errors that concern its relocation alone (a deadlock, a timeout), before it \
            fails. The time between them doubles from half a second to eight hours: 25 attempts are spread over about \
            three days. Trouble of the database itself costs no attempt (RELOCATION_MAX_ATTEMPTS; default: \
            \(RetryPolicy().maxAttempts)).
            """, valueName: "number"))
    var maxAttempts: Int?

    @Option(
        name: .customLong("stall-limit"),
        help: ArgumentHelp(
            """
            Seconds that one step of the work may take before it counts as hanging. After twice as long the worker \
            exits with 70 (RELOCATION_STALL_LIMIT; default: \(WorkOptions.standardStallLimit)).
            """, valueName: "seconds"))
    var stallLimit: Int?

    @Flag(
        inversion: .prefixedNo,
        help: """
            Give the destination's name to this database if it belongs to another one, with everything that was queued \
            for it. The change is recorded (relocation-enqueue destinations). RELOCATION_REBIND does it at every start.
            """)
    var rebind: Bool?

    @Flag(
        name: .customLong("refuse-exports"), inversion: .prefixedNo,
        help: """
            Export nothing for relocations of other installations (relocation-enqueue relocate --from): they wait for \
            another worker (RELOCATION_REFUSE_EXPORTS).
            """)
    var refuseExports: Bool?

    @OptionGroup var events: EventSinkOptions

    static let standardDrainWait = 60
    static let standardOutageBudget = 30
    static let standardStallLimit = 60
    /// Seconds: up to a day.
    private static let waitLimits = 0...86_400

    /// Refuses flags outside their limits before anything else is looked at.
    func validate() throws {
        do { _ = try numbers(Environment([:])) } catch { throw ValidationError(error.message) }
    }

    func apply(to settings: inout WorkerSettings, _ environment: Environment = .process) throws(CommandFailure) {
        settings.eventSink = try events.settings(environment)
        settings.drains = try Setting("drain").isOn(drain, environment)
        settings.refusesExports = try Setting("refuse-exports").isOn(refuseExports, environment)
        settings.rebinds = try Setting("rebind").isOn(rebind, environment)
        let numbers = try numbers(environment)
        settings.concurrency = numbers.concurrency
        settings.commitBatches.maxRows = numbers.commitBatchRows
        settings.drainWaitMilliseconds = numbers.drainWait * 1000
        settings.retries.maxAttempts = numbers.maxAttempts
        settings.outageBudgetMilliseconds = numbers.outageBudget * 1000
        settings.stallLimitMilliseconds = numbers.stallLimit * 1000
    }

    private struct Numbers {
        let concurrency: Int
        let commitBatchRows: Int
        let drainWait: Int
        let maxAttempts: Int
        let outageBudget: Int
        let stallLimit: Int
    }

    private func numbers(_ environment: Environment) throws(CommandFailure) -> Numbers {
        Numbers(
            concurrency: try Setting("concurrency").number(
                concurrency, in: WorkerSettings.concurrencyLimits, otherwise: 1, environment),
            commitBatchRows: try Setting("commit-batch-rows").number(
                commitBatchRows, in: CommitBatchPolicy.rowLimits, otherwise: CommitBatchPolicy().maxRows, environment),
            drainWait: try seconds("drain-wait", drainWait, Self.standardDrainWait, environment),
            maxAttempts: try Setting("max-attempts").number(
                maxAttempts, in: RetryPolicy.attemptLimits, otherwise: RetryPolicy().maxAttempts, environment),
            outageBudget: try seconds("outage-budget", outageBudget, Self.standardOutageBudget, environment),
            stallLimit: try Setting("stall-limit").number(
                stallLimit, in: WorkerSettings.stallLimits, unit: " seconds", otherwise: Self.standardStallLimit,
                environment))
    }

    private func seconds(
        _ flag: String, _ given: Int?, _ standard: Int, _ environment: Environment
    ) throws(CommandFailure) -> Int {
        try Setting(flag).number(given, in: Self.waitLimits, unit: " seconds", otherwise: standard, environment)
    }
}
