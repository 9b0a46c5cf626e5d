/// Which of two events decides on what both tell of: on an issue, a release, an environment.
package enum EventOrder: Sendable {
    /// The one that comes later, as in the reference, where events come when they happen.
    case arrival
    /// The earliest one on beginnings, the latest one on ends, in whatever order they come: history comes in any order.
    case time

    /// In order of arrival, a last sight is told again only if it is older than that.
    private static let pause: Int64 = 60_000_000

    /// - Parameters:
    ///   - known: microseconds since 1970
    ///   - time: of one more event
    func first(_ known: Int64, _ time: Int64) -> Int64 {
        switch self {
        case .arrival: known
        case .time: min(known, time)
        }
    }

    func last(_ known: Int64, _ time: Int64) -> Int64 {
        switch self {
        case .arrival: known < time - Self.pause ? time : known
        case .time: max(known, time)
        }
    }
}

/// Another release is the first one of an issue.
struct FirstRelease: Equatable {
    /// nil for an issue that is new, or that had none.
    let former: Int64?
    let current: Int64?
}
