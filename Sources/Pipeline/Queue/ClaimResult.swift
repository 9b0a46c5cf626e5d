/// The answer to `claim`.
public enum ClaimResult: Sendable, Equatable {
    case claimed(Claim)
    /// Nothing can be claimed now.
    case idle(Idle)

    public struct Idle: Sendable, Equatable {
        /// Until the next back-off or lease of this destination's relocations ends; nil if there is none.
        public let nextInMilliseconds: Int?
        /// Relocations that this destination's workers can still move: waiting, backing off or leased by anyone.
        public let openRelocations: Int
        /// Some of those that wait, the one that may be claimed first in front.
        public let waiting: [String]
        /// Some of those that wait for a worker of another destination.
        public let foreign: [String]
        /// Some of those that this worker leaves alone; `openRelocations` does not count them.
        public let leftAlone: [LeftAlone]

        public init(
            nextInMilliseconds: Int?, openRelocations: Int, waiting: [String] = [], foreign: [String] = [],
            leftAlone: [LeftAlone] = []
        ) {
            self.waiting = waiting
            self.nextInMilliseconds = nextInMilliseconds
            self.openRelocations = openRelocations
            self.foreign = foreign
            self.leftAlone = leftAlone
        }
    }

    /// A relocation that this worker does not understand. It keeps its place for a worker that does.
    public struct LeftAlone: Sendable, Equatable {
        public let uuid: String
        /// In words, for people.
        public let reason: String

        public init(uuid: String, reason: String) {
            self.uuid = uuid
            self.reason = reason
        }
    }
}
