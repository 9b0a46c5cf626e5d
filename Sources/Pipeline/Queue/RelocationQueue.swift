/// The queue of relocations in one Redis, seen by one thread. Blocking and not `Sendable`: it lives on the executor of
/// the work that uses it, never on the cooperative pool.
///
/// A connection that fails is closed, and the next call opens another. A call that failed with a transient error may
/// have happened: the same call again is safe, on the same object, and does not happen twice.
///
///     begin ─▶ UPLOADING ──publish──▶ waiting ──claim──▶ leased ──complete──▶ SUCCESS
///                 │ abandon             ▲ ▲                │││
///                 ▼                     │ └─ postpone, release, requeue, lease runs out
///              nothing                  │                  ││
///                                retry, │                  │└──fail, cancel──▶ FAILURE ──retry──▶ waiting
///                                unpause│                  └──pause──▶ PAUSE ──unpause──▶ waiting
///
/// `pause` and `cancel` act at once on a waiting relocation; a leased one follows when its lease ends, whichever way.
/// `abort` takes the lease away. `delete` removes the payload if no worker holds it: PAUSE (which then fails),
/// FAILURE, SUCCESS, and an upload whose enqueuer is gone.
// More than eight properties: what one thread must remember between two calls, so that a call can be repeated.
public final class RelocationQueue {
    public let configuration: QueueConfiguration
    /// Sends calls again after transient errors; if nil, each error is thrown at once.
    public var callRetries: CallRetries?
    let connection: RedisConnection
    let keys: QueueKeys
    /// Tasks pushed so far by upload token: where the next batch belongs.
    var pushed: [Int64: Int] = [:]
    /// Bytes that certainly fit Redis, since its last report.
    var roomLeft = 0
    /// Acknowledgements without an answer, by fencing token: sent again they keep their name.
    var unanswered: [Int64: String] = [:]
    /// Where the next acknowledgement belongs, by fencing token.
    var places: [Int64: ListPlace] = [:]
    /// The kinds of tasks that the last claim named, as scripts take them.
    var knownKinds = ""
    private var acknowledgements = 0
    /// Tells the acknowledgements of this object from those of others.
    private let identity = String(UInt64.random(in: .min ... .max), radix: 36)

    /// Connects, so that a wrong address or password shows at once. Ignores SIGPIPE for the whole process.
    public init(_ configuration: QueueConfiguration) throws(QueueError) {
        self.configuration = configuration
        keys = QueueKeys(prefix: configuration.prefix)
        connection = RedisConnection(configuration)
        try connection.open()
    }

    /// Closes the connection; the next call opens another.
    public func disconnect() { connection.close() }

    /// The end of a fencing token: see `Script`.
    static func randomDigits() -> String { String(1_000_000 + Int.random(in: 0..<1_000_000)).dropFirst().description }

    /// Where the list of a claim stands, as far as its holder knows.
    func place(_ claim: Claim) -> ListPlace {
        places[claim.token] ?? ListPlace(finished: claim.status.chunksDone, total: claim.status.chunksTotal)
    }

    func nameAcknowledgement() -> String {
        acknowledgements += 1
        return "\(identity).\(acknowledgements)"
    }
}

/// A place in a relocation's list, as the holder of its claim knows it.
struct ListPlace {
    /// Tasks finished so far.
    let finished: Int
    /// Tasks there have ever been.
    let total: Int

    /// As scripts take it.
    var arguments: [RedisArgument] { [.number(finished), .number(total)] }
}

@available(*, unavailable)
extension RelocationQueue: Sendable {}
