/// The options of a run.
struct Setting: Sendable {
    enum DatabaseKind: String, CaseIterable, Sendable { case postgres, sqlite }
    enum Fsync: String, CaseIterable, Sendable { case everysec, always }

    var database: DatabaseKind
    var fsync = Fsync.everysec
    var seed: UInt64
    var relocations: Int
    var globals: Int
    var workers: Int
    /// Relocations in flight at a time.
    var inFlight: Int
    /// Number of faults that must meet work in progress, in the whole run.
    var faults: Int
    /// The longest pause between two faults, in seconds.
    var longestGap: Double
    /// Where the programs are.
    var programs: String
    var hasSmallDisk = false
    /// Damages the result, to test the checks.
    var isSabotaged = false
    /// Shows every fault.
    var isVerbose = false
    /// Seconds after which an unfinished relocation counts as stuck.
    var patience: Double
    /// Seconds within which 99 of 100 relocations must be worked again after their worker was lost.
    var takeoverLimit: Double
    /// Keeps the logs of a leg that found something.
    var keepsLogs: String?
}
