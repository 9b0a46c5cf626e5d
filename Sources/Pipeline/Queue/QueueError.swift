/// What Redis refused or could not do. Its description is safe to show: it never holds a password, a payload, a key
/// or an argument, and it says what to do about it.
public struct QueueError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// Redis cannot be reached, does not answer in time, is loading or busy.
        case unavailable
        /// Something else answers at its address.
        case notRedis
        /// The server lacks what the queue needs: it is too old, a command is disabled, it is a cluster.
        case unsupported
        /// Wrong or missing password, or a user that lacks a permission.
        case authentication
        /// Redis does not accept writes now: a replica, or its disk fails.
        case readOnly
        /// The payload would not fit Redis' `maxmemory`.
        case full
        /// The fencing token is stale: another worker holds the relocation, or none does.
        case leaseLost
        case notFound
        /// The relocation's state does not allow it.
        case conflict
        /// The destination's name belongs to another database.
        case destinationTaken
        case badURL
        /// A value of ours that Redis was never asked about: outside its limits or malformed.
        case invalidArgument
        /// An answer that this version does not understand.
        case protocolError
    }

    public let kind: Kind
    /// What happened.
    public let message: String
    /// What to do about it; empty if there is nothing useful to say.
    public let remedy: String
    /// Why the lease was lost; nil for every other kind.
    public let leaseLoss: LeaseLoss?

    public init(_ kind: Kind, _ message: String, remedy: String = "") {
        self.kind = kind
        self.message = message
        self.remedy = remedy
        leaseLoss = nil
    }

    /// The claim's lease is lost.
    public init(leaseLost loss: LeaseLoss) {
        kind = .leaseLost
        message = "The lease on this relocation is lost: \(loss.words)."
        remedy = ""
        leaseLoss = loss
    }

    public var description: String { remedy.isEmpty ? message : "\(message) \(remedy)" }

    /// Whether the same call may succeed later without help.
    public var isTransient: Bool {
        switch kind {
        case .unavailable, .notRedis, .readOnly, .full: true
        case .unsupported, .authentication, .leaseLost, .notFound, .conflict, .destinationTaken, .badURL,
            .invalidArgument,
            .protocolError:
            false
        }
    }
}
