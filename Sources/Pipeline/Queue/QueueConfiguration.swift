/// How a queue is reached and how long its promises hold.
public struct QueueConfiguration: Sendable {
    /// Milliseconds: long enough for a renewal to get through, short enough for an orphan to be picked up soon.
    public static let leaseLimits = 100...60_000
    /// Milliseconds.
    public static let uploadLeaseLimits = 100...600_000
    /// Milliseconds: a call blocks its thread, so it must end soon.
    public static let timeoutLimits = 10...5_000
    /// Seconds: from one second to ten years.
    public static let retentionLimits = 1...315_360_000
    /// Bytes.
    public static let prefixLimits = 1...64

    public let url: RedisURL
    /// What all keys of this queue begin with: queues of different prefixes do not know each other.
    public let prefix: String
    /// How long a worker may be silent before another takes its relocation over.
    public let leaseMilliseconds: Int
    /// How long a successful relocation, or one without payload, is remembered.
    public let retentionSeconds: Int
    public let timeouts: QueueTimeouts

    /// Throws `invalidArgument` for a value outside its limits.
    public init(
        url: RedisURL, prefix: String = "relocation", leaseMilliseconds: Int = 4_000,
        retentionSeconds: Int = 30 * 24 * 60 * 60, timeouts: QueueTimeouts = QueueTimeouts()
    ) throws(QueueError) {
        guard Self.prefixLimits.contains(prefix.utf8.count), prefix.utf8.allSatisfy(Self.isAllowedInPrefix) else {
            throw QueueError(
                .invalidArgument, "The Redis prefix cannot be used.",
                remedy: "It has 1 to 64 letters, digits, dots, dashes, underscores or colons.")
        }
        try Self.check("lease", leaseMilliseconds, Self.leaseLimits, "ms")
        try Self.check("upload lease", timeouts.uploadLeaseMilliseconds, Self.uploadLeaseLimits, "ms")
        try Self.check("connect timeout", timeouts.connectMilliseconds, Self.timeoutLimits, "ms")
        try Self.check("command timeout", timeouts.commandMilliseconds, Self.timeoutLimits, "ms")
        try Self.check("retention", retentionSeconds, Self.retentionLimits, "s")
        self.url = url
        self.prefix = prefix
        self.leaseMilliseconds = leaseMilliseconds
        self.retentionSeconds = retentionSeconds
        self.timeouts = timeouts
    }

    /// The same for another server.
    func at(_ url: RedisURL) -> QueueConfiguration { QueueConfiguration(self, url) }

    private init(_ other: QueueConfiguration, _ url: RedisURL) {
        self.url = url
        prefix = other.prefix
        leaseMilliseconds = other.leaseMilliseconds
        retentionSeconds = other.retentionSeconds
        timeouts = other.timeouts
    }

    private static func check(
        _ name: String, _ value: Int, _ limits: ClosedRange<Int>, _ unit: String
    ) throws(QueueError) {
        guard limits.contains(value) else {
            throw QueueError(
                .invalidArgument,
                "The \(name) is outside its limits of \(limits.lowerBound) to \(limits.upperBound) \(unit).")
        }
    }

    private static func isAllowedInPrefix(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"): true
        default: false
        }
    }
}
