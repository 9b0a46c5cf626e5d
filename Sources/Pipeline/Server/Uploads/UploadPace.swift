internal import HTTPTypes

/// How fast the body of a request comes. Who sends next to nothing gives the place up to others.
///
/// A client that sends nothing at all loses its connection sooner.
struct UploadPace: Sendable {
    /// What has come since then.
    private var since: ContinuousClock.Instant
    private var bytes = 0

    /// So many bytes must come in so long.
    static let (window, leastBytes) = (Duration.seconds(30), 30 << 10)

    init(now: ContinuousClock.Instant = .now) { since = now }

    /// Throws if too little has come.
    mutating func took(_ count: Int, now: ContinuousClock.Instant = .now) throws(Problem) {
        bytes += count
        guard since.duration(to: now) >= Self.window else { return }
        guard bytes >= Self.leastBytes else { throw .slowBody }
        (since, bytes) = (now, 0)
    }
}

extension Problem {
    fileprivate static let slowBody = Problem(
        .requestTimeout,
        "The body comes too slowly: less than \(UploadPace.leastBytes) bytes in \(UploadPace.window.components.seconds) s.",
        next: "send it again over a faster connection, or queue it with relocation-enqueue")
}
