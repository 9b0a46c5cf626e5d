/// The settings of a run.
struct Setting: Sendable {
    enum DatabaseKind: String, CaseIterable, Sendable { case postgres, sqlite }
    enum Fsync: String, CaseIterable, Sendable { case everysec, always }

    var database: DatabaseKind
    var fsync = Fsync.everysec
    var seed: UInt64
    var relocations: Int
    var globals: Int
    /// Of a hundred relocations, those that go through all steps.
    var relocatePercent: Int
    var workers: Int
    /// Relocations in flight at a time.
    var inFlight: Int
    /// The longest pause between two faults, in seconds.
    var longestGap: Double
    /// The folder of the programs.
    var programs: String
    var hasSmallDisk = false
    /// Falsifies the result, to test the checks.
    var isSabotaged = false
    /// Prints each fault.
    var isVerbose = false
    /// Seconds after which an unfinished relocation counts as stuck.
    var patience: Double
    /// Seconds within which 99 of 100 relocations must be taken over after their worker was lost.
    var takeoverLimit: Double
    /// The folder for logs of legs with findings; nil keeps none.
    var keepsLogs: String?
}
