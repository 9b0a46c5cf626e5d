/// What a queue needs to know of the Redis it lives in.
public struct ServerReport: Sendable, Equatable {
    /// The oldest version whose scripts may declare how they behave when memory is short.
    public static let oldestMajorVersion = 7

    public var version: String
    /// Bytes; 0 when unlimited.
    public var maxMemory = 0
    /// Bytes.
    public var usedMemory = 0
    public var evictionPolicy = "noeviction"
    /// Append-only file or save points; nil when this user may not ask for the save points.
    public var hasPersistence: Bool?
    public var isReplica = false
    /// A replica that refuses writes.
    public var isReadOnly = false
    /// Whether the last attempt to write its data to disk failed.
    public var hasDiskTrouble = false

    public init(version: String) { self.version = version }

    /// Whether its scripts are those that the queue needs.
    public var isTooOld: Bool {
        (version.split(separator: ".").first.flatMap { Int($0) } ?? 0) < Self.oldestMajorVersion
    }

    /// What an operator should change before trusting it with a relocation.
    public var warnings: [String] {
        var out: [String] = []
        if isTooOld {
            out.append("Redis \(version) is too old: \(Self.oldestMajorVersion).0 or later is needed.")
        }
        if evictionPolicy != "noeviction" {
            out.append(
                "Redis may evict tasks when memory is short (maxmemory-policy \(evictionPolicy)): set noeviction.")
        }
        if hasPersistence == false {
            out.append("Redis keeps nothing across a restart: set appendonly yes.")
        }
        if isReadOnly { out.append("Redis is a read-only replica: use its primary.") }
        return out
    }
}
