/// What people are told about a relocation, and who they are.
package enum Notice {
    package enum Kind: String, Sendable, CaseIterable {
        case started, failed, succeeded
        /// An imported user may claim the account.
        case claim
    }

    /// A person of the destination. One without an address cannot be told.
    package struct Recipient: Sendable, Hashable {
        package let userID: Int64
        package let username: String
        package let address: String

        package init(userID: Int64, username: String, address: String) {
            self.userID = userID
            self.username = username
            self.address = address
        }
    }

    /// One notice for each of some people: of equal and empty addresses only the first is kept.
    package static func once(_ people: [Recipient]) -> [Recipient] {
        var known: Set<String> = []
        return people.filter { !$0.address.isEmpty && known.insert($0.address.lowercased()).inserted }
    }
}
