/// What a queue needs to know of the Redis it lives in.
public struct ServerReport: Sendable, Equatable {
    /// The oldest version whose scripts may declare how they behave when memory is short.
    public static let oldestMajorVersion = 7

    public let version: String
    /// Bytes; 0 when unlimited.
    public let maxMemory: Int
    /// Bytes.
    public let usedMemory: Int
    public let evictionPolicy: String
    /// Append-only file or save points; nil when this user may not ask for the save points.
    public let hasPersistence: Bool?
    public let isReplica: Bool
    /// A replica that refuses writes.
    public let isReadOnly: Bool

    public init(
        version: String, maxMemory: Int, usedMemory: Int, evictionPolicy: String, hasPersistence: Bool?,
        isReplica: Bool, isReadOnly: Bool
    ) {
        self.version = version
        self.maxMemory = maxMemory
        self.usedMemory = usedMemory
        self.evictionPolicy = evictionPolicy
        self.hasPersistence = hasPersistence
        self.isReplica = isReplica
        self.isReadOnly = isReadOnly
    }

    /// What an operator should change before trusting it with a relocation.
    public var warnings: [String] {
        var out: [String] = []
        if (version.split(separator: ".").first.flatMap { Int($0) } ?? 0) < Self.oldestMajorVersion {
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
