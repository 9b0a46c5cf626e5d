package import Reporting

/// What the destination's tables know of a relocation with steps, besides what the queue says.
package struct DestinationRecord: Sendable, Equatable {
    package enum Person: Sendable, Equatable {
        /// The destination knows nobody of that name yet.
        case unknown
        /// There was such a user.
        case gone
        case known(id: Int64, username: String, email: String)
    }

    package var creator = Person.unknown
    package var owner = Person.unknown
    /// The names that the scan has found: a list in JSON; null before.
    package var wantedUsernames = JSONValue.null
    package var lastNotice: Notice?
    /// Microseconds since 1970.
    package var claimMailsSentAt: Int64?
    package var importedUsers: [Int64] = []
    package var importedOrganizations: [Int64] = []

    package init() {}

    /// The kinds of notices, by Sentry's numbers.
    package enum Notice: Int64, Sendable { case started, failed, succeeded }
}

/// The relocation that is asked for, and whose it is.
package struct DestinationQuestion: Sendable {
    package let uuid: String
    /// Names of users.
    package let creator, owner: String
}
