public import Queue

/// What `check` says of a Redis.
public enum RedisReadiness {
    /// Of the memory limit, the share in use from which on a warning is given, in percent.
    static let memoryWarningPercent = 90

    public static func items(_ report: ServerReport) -> [ReadinessItem] {
        [version(report), role(report), persistence(report), memory(report)]
    }

    private static func version(_ report: ServerReport) -> ReadinessItem {
        let name = "redis.reachable"
        guard report.isTooOld else { return .ok(name, "Redis \(report.version): reachable.") }
        return .problem(
            name, .badSchema,
            "Redis \(report.version) is too old: \(ServerReport.oldestMajorVersion).0 or later is needed.")
    }

    private static func role(_ report: ServerReport) -> ReadinessItem {
        let name = "redis.role"
        if report.isReadOnly { return .problem(name, CommandFailure(.replica)) }
        guard report.isReplica else { return .ok(name, "Redis is a primary.") }
        return .warning(
            name,
            "Redis is a replica that takes writes and forgets them at its next resynchronisation: use its primary.")
    }

    private static func persistence(_ report: ServerReport) -> ReadinessItem {
        let name = "redis.persistence"
        if report.hasDiskTrouble {
            return .warning(name, "Redis could not write its data to disk the last time: check its log and its disk.")
        }
        switch report.hasPersistence {
        case true: return .ok(name, "Redis keeps its data across a restart.")
        case false: return .warning(name, "Redis keeps nothing across a restart: set appendonly yes.")
        case nil:
            return .warning(
                name,
                "Redis has no append-only file, and this user may not ask for its save points: set appendonly yes, or grant "
                    + "+config|get.")
        }
    }

    private static func memory(_ report: ServerReport) -> ReadinessItem {
        let name = "redis.memory"
        guard report.evictionPolicy == "noeviction" else {
            return .warning(
                name,
                "Redis may evict tasks when memory is short (maxmemory-policy \(report.evictionPolicy)): set noeviction."
            )
        }
        let used = ByteCount.text(Int64(report.usedMemory))
        guard report.maxMemory > 0 else {
            return .ok(name, "Redis evicts nothing; \(used) of memory in use, no limit (maxmemory 0).")
        }
        let room = "\(used) of \(ByteCount.text(Int64(report.maxMemory))) of memory in use"
        if report.usedMemory >= report.maxMemory {
            return .problem(name, .tryAgain, "Redis is full: \(room). Raise its maxmemory, or delete relocations.")
        }
        let percent = Double(report.usedMemory) / Double(report.maxMemory) * 100
        if percent >= Double(memoryWarningPercent) {
            return .warning(name, "Redis is nearly full: \(room). Raise its maxmemory, or delete relocations.")
        }
        return .ok(name, "Redis evicts nothing; \(room).")
    }

    /// - Parameter prefix: of the queue's keys
    public static func commands(_ probe: CommandProbe, prefix: String) -> ReadinessItem {
        let name = "redis.commands"
        if let problem = probe.problem { return refusal(problem) }
        return .ok(name, "Redis runs every command of the queue, on keys of the prefix \(prefix).")
    }

    /// Why the commands could not be tried, or which ones failed.
    public static func refusal(_ error: QueueError) -> ReadinessItem {
        .problem("redis.commands", CommandFailure(error))
    }
}
