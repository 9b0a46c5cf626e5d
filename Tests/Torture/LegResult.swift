/// The result of one leg or of a whole run.
struct LegResult: Sendable {
    var met: [FaultKind: Int] = [:]
    var idle: [FaultKind: Int] = [:]
    var samples: [Recovery.Sample] = []
    var rows = 0
    /// Relocations that were undone.
    var undone = 0
    var lost: [String] = []
    var duplicated: [String] = []
    var misordered: [String] = []
    var stuck: [String] = []
    /// Relocations whose row counts differ from the undisturbed run.
    var unaccounted: [String] = []
    /// Relocations that ended as SUCCESS although the file was not the UUID's.
    var wrongSuccesses: [String] = []
    /// Mails that came to a person more than once.
    var toldTwice: [String] = []
    /// The same, of relocations of which the database had forgotten who was told.
    var toldTwiceExcused = 0
    var mails = 0
    /// Mails that did not come: a worker was lost while it sent them, or the server was away for too long.
    var untold = 0
    /// What the destination's tables of relocations say wrongly.
    var misrecorded: [String] = []
    /// Chunks that were written after another worker's claim.
    var intrusions: [String] = []
    /// The same, but within seconds after Redis lost data.
    var excused = 0
    var backedOff = 0
    /// Reason for a retry by the operator → how often.
    var retries: [String: Int] = [:]
    /// The number of workers that did not end when told to.
    var stubborn = 0
    /// Exit code of a worker → how often.
    var exits: [Int32: Int] = [:]
    var warnings: [String: Int] = [:]
    var secondsOfFaults = 0.0
    var secondsOfCalm = 0.0
    var legs = 1

    var isClean: Bool {
        lost.isEmpty && duplicated.isEmpty && misordered.isEmpty && stuck.isEmpty && unaccounted.isEmpty
            && intrusions.isEmpty && wrongSuccesses.isEmpty && toldTwice.isEmpty && misrecorded.isEmpty
            && stubborn == 0
    }

    var metTotal: Int { met.values.reduce(0, +) }

    mutating func add(_ other: LegResult) {
        met.merge(other.met, uniquingKeysWith: +)
        idle.merge(other.idle, uniquingKeysWith: +)
        samples += other.samples
        rows += other.rows
        undone += other.undone
        lost += other.lost
        duplicated += other.duplicated
        misordered += other.misordered
        stuck += other.stuck
        unaccounted += other.unaccounted
        intrusions += other.intrusions
        wrongSuccesses += other.wrongSuccesses
        toldTwice += other.toldTwice
        toldTwiceExcused += other.toldTwiceExcused
        mails += other.mails
        untold += other.untold
        misrecorded += other.misrecorded
        excused += other.excused
        backedOff += other.backedOff
        retries.merge(other.retries, uniquingKeysWith: +)
        stubborn += other.stubborn
        exits.merge(other.exits, uniquingKeysWith: +)
        warnings.merge(other.warnings, uniquingKeysWith: +)
        secondsOfFaults += other.secondsOfFaults
        secondsOfCalm += other.secondsOfCalm
        legs += other.legs
    }
}
