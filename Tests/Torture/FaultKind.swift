/// The kinds of faults in workers, their connections and their servers.
enum FaultKind: String, CaseIterable, Sendable {
    case workerKilled = "worker killed"
    case workerFrozen = "worker frozen beyond its lease"
    case workerTerminated = "worker told to end"
    case redisCut = "connections to Redis cut"
    case redisDelayed = "connections to Redis delayed"
    case databaseCut = "connections to PostgreSQL cut"
    case databaseDelayed = "connections to PostgreSQL delayed"
    case fileLimited = "file size limited"
    case enqueuerKilled = "enqueuer killed"
    case operatorPaused = "paused by the operator"
    case operatorCancelled = "cancelled by the operator"
    case operatorAborted = "aborted by the operator"
    case mailKilled = "mail server killed and restarted"
    case sessionTerminated = "PostgreSQL session terminated"
    case statementCancelled = "PostgreSQL statement cancelled"
    case deadlock = "PostgreSQL deadlock"
    case tablesLocked = "tables locked by another program"
    case diskFull = "disk full"
    case databaseKilled = "PostgreSQL killed and restarted"
    case databaseCrashed = "PostgreSQL crashed, recovers"
    case redisKilled = "Redis killed and restarted"
    case redisFrozen = "Redis frozen"
    case redisReadOnly = "Redis made read-only"
    case redisFull = "Redis full"
    case redisLostSecond = "Redis lost its last second"
    case redisEmptied = "Redis replaced by an empty one"
    case databaseRestored = "database restored from an older copy"
    case wrongFile = "Redis emptied, wrong file enqueued"

    /// What a fault hits.
    enum Target { case worker, enqueuer, relocation, mail, session, redis, database }

    var target: Target {
        switch self {
        case .workerKilled, .workerFrozen, .workerTerminated, .redisCut, .redisDelayed, .databaseCut, .databaseDelayed,
            .fileLimited:
            .worker
        case .enqueuerKilled: .enqueuer
        case .operatorPaused, .operatorCancelled, .operatorAborted: .relocation
        case .mailKilled: .mail
        case .sessionTerminated, .statementCancelled, .deadlock: .session
        case .tablesLocked, .diskFull, .databaseKilled, .databaseCrashed, .databaseRestored: .database
        case .redisKilled, .redisFrozen, .redisReadOnly, .redisFull, .redisLostSecond, .redisEmptied, .wrongFile:
            .redis
        }
    }

    /// Whether the worker stops working.
    var losesWorker: Bool {
        switch self {
        case .workerKilled, .workerFrozen, .workerTerminated: true
        default: false
        }
    }

    /// How often the kind occurs, relative to the others.
    private var weight: Int {
        switch self {
        case .workerKilled: 30
        case .workerFrozen, .workerTerminated: 12
        case .redisCut, .databaseCut: 8
        case .redisDelayed, .databaseDelayed: 4
        case .enqueuerKilled, .operatorCancelled: 3
        case .operatorPaused: 6
        case .operatorAborted: 1
        case .sessionTerminated, .statementCancelled: 8
        case .deadlock: 4
        case .fileLimited: 3
        case .redisKilled, .mailKilled: 2
        case .tablesLocked, .diskFull, .databaseKilled, .databaseCrashed, .redisFrozen, .redisReadOnly, .redisFull,
            .redisLostSecond, .redisEmptied:
            1
        case .databaseRestored, .wrongFile: 2
        }
    }

    /// Whether all workers may have to wait: a server is in trouble, or a frozen worker holds SQLite's write lock.
    private func stopsOthers(_ setting: Setting) -> Bool {
        target == .redis || target == .database || self == .deadlock
            || self == .workerFrozen && setting.database == .sqlite
    }

    /// The kinds that a run can cause, each as often as its weight says.
    static func deck(_ setting: Setting, includesServerFaults: Bool) -> [FaultKind] {
        allCases.filter { $0.isPossible(setting) && (includesServerFaults || !$0.stopsOthers(setting)) }
            .flatMap {
                Array(repeating: $0, count: $0.weight * (includesServerFaults && $0.stopsOthers(setting) ? 3 : 1))
            }
    }

    private func isPossible(_ setting: Setting) -> Bool {
        switch self {
        case .databaseCut, .databaseDelayed, .sessionTerminated, .statementCancelled, .deadlock, .databaseKilled,
            .databaseCrashed:
            setting.database == .postgres
        case .fileLimited: setting.database == .sqlite
        case .diskFull: setting.hasSmallDisk
        case .mailKilled: setting.relocatePercent > 0
        case .redisLostSecond: setting.fsync == .everysec
        case .workerKilled, .workerFrozen, .workerTerminated, .redisCut, .redisDelayed, .enqueuerKilled,
            .operatorPaused, .operatorCancelled, .operatorAborted, .tablesLocked, .redisKilled, .redisFrozen,
            .redisReadOnly, .redisFull, .redisEmptied, .databaseRestored, .wrongFile:
            true
        }
    }
}

/// One fault of the schedule.
struct Fault: Sendable {
    let kind: FaultKind
    /// Chooses the victim among those that it can hit, modulo their number.
    let rank: Int
    /// How long it lasts, from the shortest (0) to the longest (1) time.
    let length: Double
    /// Seconds after the previous fault.
    let gap: Double

    func seconds(_ shortest: Double, _ longest: Double) -> Double { shortest + (longest - shortest) * length }
}

/// The faults of one leg; the seed fixes them. Periods in which the servers stay up, so that recovery can be measured,
/// alternate with periods of all kinds.
struct FaultSchedule {
    private var random: SeededRandom
    private let serversUp: [FaultKind]
    private let allKinds: [FaultKind]
    private let longestGap: Double
    private var number = 0

    /// Faults of one cycle, and how many of them come while the servers stay up.
    private static let cycle = 60
    private static let serversUpFaults = 45

    init(seed: UInt64, leg: Int, _ setting: Setting) {
        random = SeededRandom(seed: seed, "faults", leg)
        serversUp = FaultKind.deck(setting, includesServerFaults: false)
        allKinds = FaultKind.deck(setting, includesServerFaults: true)
        longestGap = setting.longestGap
    }

    mutating func next() -> Fault {
        let isServersUp = number % Self.cycle < Self.serversUpFaults
        number += 1
        let deck = isServersUp ? serversUp : allKinds
        return Fault(
            kind: deck[random.below(deck.count)], rank: random.below(1 << 20), length: random.seconds(0...1),
            gap: random.seconds(0.02...longestGap))
    }
}
