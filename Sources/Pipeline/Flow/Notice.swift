/// Something that people are told about a relocation.
package struct Notice: Sendable, Equatable {
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

    /// The relocation's UUID.
    package let relocation: String
    package let kind: Kind
    package let recipient: Recipient
    /// What a template may show: `reason` of a failure, `hash` of a claim.
    package var fields: [String: String] = [:]
    /// The slugs of the organizations that were imported.
    package var organizations: [String] = []

    package init(_ kind: Kind, of relocation: String, to recipient: Recipient) {
        self.kind = kind
        self.relocation = relocation
        self.recipient = recipient
    }

    /// Tells one notice of a relocation from the others: nobody gets two with the same key. A relocation that has failed
    /// again tells so again.
    ///
    /// - Parameter occasion: which failure, if it is one
    package func key(occasion: Int = 0) -> String {
        kind == .failed ? "failed-\(occasion):\(recipient.userID)" : "\(kind.rawValue):\(recipient.userID)"
    }

    /// One notice for each of some people: of equal and empty addresses only the first is kept.
    package static func once(_ people: [Recipient]) -> [Recipient] {
        var known: Set<String> = []
        return people.filter { !$0.address.isEmpty && known.insert($0.address.lowercased()).inserted }
    }
}

/// What became of a notice.
package enum NoticeOutcome: Sendable, Equatable {
    case sent
    /// Nobody was told, for a reason in words.
    case notSent(String)
}

/// Tells people. Its calls block. An implementation makes its own attempts within one call: what it returns is final, and no
/// outcome fails a relocation.
package protocol Notifier: Sendable {
    /// Whether it can send anything; if not, nothing is recorded as tried.
    var isConfigured: Bool { get }

    func deliver(_ notice: Notice) -> NoticeOutcome
}

/// Tells nobody, and says so.
package struct NoNotifier: Notifier {
    package static let words = "no mail was sent: no mail server is configured"

    package init() {}

    package var isConfigured: Bool { false }

    package func deliver(_ notice: Notice) -> NoticeOutcome { .notSent(Self.words) }
}
