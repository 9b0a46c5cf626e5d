/// How far the clock of a server is from this machine's.
public struct ClockDifference: Sendable, Equatable {
    /// Milliseconds from which on it is worth a warning.
    public static let limitMilliseconds: Int64 = 2_000

    /// Milliseconds, positive if the server is ahead. An answer is as old as half the time that it took.
    public let milliseconds: Int64
    private let server: String

    /// - Parameters:
    ///   - server: for people: `Redis`
    ///   - time: what the server said, in milliseconds since 1970
    ///   - asked: this machine's time when it was asked
    ///   - answered: this machine's time at its answer
    public init(_ server: String, said time: Int64, asked: Int64, answered: Int64) {
        self.server = server
        milliseconds = time - (asked + (answered - asked) / 2)
    }

    var isLarge: Bool { abs(milliseconds) >= Self.limitMilliseconds }

    private var words: String {
        isLarge
            ? "\(server) is \(abs(milliseconds) / 1_000) s \(milliseconds < 0 ? "behind" : "ahead of") this machine"
            : "\(server) \(milliseconds) ms"
    }

    /// What `check` says of all clocks.
    public static func item(_ differences: [ClockDifference]) -> ReadinessItem {
        let name = "clocks"
        let large = differences.filter(\.isLarge)
        guard large.isEmpty else {
            return .warning(
                name,
                "Clocks differ: \(large.map(\.words).joined(separator: ", ")). Leases keep to Redis' clock, but times in "
                    + "status, logs and rows do not agree: synchronise them (NTP).")
        }
        guard !differences.isEmpty else { return .ok(name, "Clocks: no server's clock could be asked.") }
        return .ok(name, "Clocks agree with this machine's: \(differences.map(\.words).joined(separator: ", ")).")
    }
}
