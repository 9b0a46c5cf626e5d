/// The right to work on one relocation, for as long as its lease is renewed.
public struct Claim: Sendable, Equatable {
    public let uuid: String
    /// The fencing token: greater than that of every earlier claim, checked by every transition.
    public let token: Int64
    /// The relocation as it was claimed.
    public let status: RelocationStatus
    public let leaseMilliseconds: Int

    public init(uuid: String, token: Int64, status: RelocationStatus, leaseMilliseconds: Int) {
        self.uuid = uuid
        self.token = token
        self.status = status
        self.leaseMilliseconds = leaseMilliseconds
    }
}

/// The answer to `claim`.
public enum ClaimResult: Sendable, Equatable {
    case claimed(Claim)
    /// Nothing can be claimed now.
    case idle(Idle)

    public struct Idle: Sendable, Equatable {
        /// Until the next back-off or lease of a relocation this destination may take ends; nil when there is none.
        public let nextInMilliseconds: Int?
        /// Relocations that this destination's workers can still move: waiting, backing off or leased by anyone.
        public let openRelocations: Int
        /// Some of those that wait for a worker of another destination.
        public let foreign: [String]

        public init(nextInMilliseconds: Int?, openRelocations: Int, foreign: [String]) {
            self.nextInMilliseconds = nextInMilliseconds
            self.openRelocations = openRelocations
            self.foreign = foreign
        }
    }
}

/// The answer to `acknowledge`.
public struct Acknowledgement: Sendable, Equatable {
    /// Tasks left in the list.
    public let remaining: Int
    /// Relocations that could be claimed for the same destination now.
    public let othersWaiting: Int
    public let pauseRequested: Bool
    public let cancelRequested: Bool

    public init(remaining: Int, othersWaiting: Int, pauseRequested: Bool, cancelRequested: Bool) {
        self.remaining = remaining
        self.othersWaiting = othersWaiting
        self.pauseRequested = pauseRequested
        self.cancelRequested = cancelRequested
    }
}

/// What an operator's request came to.
public enum OperatorOutcome: Sendable, Equatable {
    case done
    /// A worker holds the relocation: it stops at its next chunk boundary.
    case requested
    /// It was so already.
    case unchanged
}
