/// What the scan of a file has found: organizations, their members and users, by keys that are compared as the reference
/// compares them.
package struct ScanFacts: Sendable, Equatable {
    /// A key, normalised: numbers of one value are one key, whatever their form; texts are keys of their own.
    package typealias Key = String

    /// Organization → slug, of the last row with that key; nil if that is no text.
    private var organizations: [Key: String?] = [:]
    /// User → organizations of which it is a member.
    private var memberships: [Key: Set<Key>] = [:]
    /// User → name; nil for null.
    private var users: [Key: String?] = [:]

    package init() {}

    package mutating func add(organization key: Key, slug: String?) { organizations.updateValue(slug, forKey: key) }
    package mutating func add(member user: Key, of organization: Key) {
        memberships[user, default: []].insert(organization)
    }
    package mutating func add(user key: Key, name: String?) { users.updateValue(name, forKey: key) }

    fileprivate var hasUsers: Bool { !users.isEmpty }

    fileprivate func organizations(named wanted: Set<[UInt8]>) -> [(key: Key, slug: String)] {
        organizations.compactMap { key, slug in
            guard let slug, wanted.contains(Array(slug.utf8)) else { return nil }
            return (key, slug)
        }
    }

    fileprivate func names(ofMembersOf wanted: Set<Key>) -> Set<Name> {
        var names: Set<Name> = []
        for (user, organizations) in memberships where !organizations.isDisjoint(with: wanted) {
            if let name = users[user] { names.insert(Name(text: name)) }
        }
        return names
    }

    /// A user's name; texts are equal byte by byte.
    fileprivate struct Name: Hashable {
        let bytes: [UInt8]?
        var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

        init(text: String?) { bytes = text.map { Array($0.utf8) } }
    }
}

/// What PREPROCESSING_SCAN decides.
package struct FlowScan: Sendable, Equatable {
    package var wanted: [String]
    package var maxOrganizations = FlowScan.organizationLimit
    package var maxUsers = FlowScan.userLimit

    /// Those of the reference.
    package static let organizationLimit = 20
    package static let userLimit = 2_000

    package init(wanted: [String]) { self.wanted = wanted }

    package enum Outcome: Sendable, Equatable {
        /// The names of the users that come along, sorted by code points; nil is the name null.
        case accepted(usernames: [String?])
        case refused(String)
        /// Names that have no common order: the reference ends with an internal error.
        case unordered
    }

    package func decide(_ facts: ScanFacts) -> Outcome {
        if let bad = wanted.first(where: { !Self.isWellFormed($0) }) { return .refused(FlowReason.badSlug(bad)) }
        guard facts.hasUsers else { return .refused(FlowReason.noUsers) }
        let slugs = Set(wanted.map { Array($0.utf8) })
        let found = facts.organizations(named: slugs)
        let missing = slugs.subtracting(found.map { Array($0.slug.utf8) })
        guard missing.isEmpty else {
            return .refused(FlowReason.missingOrganizations(Self.sorted(missing)))
        }
        guard found.count <= maxOrganizations else {
            return .refused(FlowReason.manyOrganizations(found.count, limit: maxOrganizations))
        }
        let names = facts.names(ofMembersOf: Set(found.map(\.key)))
        guard names.count <= maxUsers else { return .refused(FlowReason.manyUsers(names.count, limit: maxUsers)) }
        let texts = names.compactMap(\.bytes)
        if texts.count < names.count { return texts.isEmpty ? .accepted(usernames: [nil]) : .unordered }
        return .accepted(usernames: Self.sorted(Set(texts)))
    }

    /// By code points, as the bytes of UTF-8 are.
    private static func sorted(_ texts: Set<[UInt8]>) -> [String] {
        texts.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the reference's pattern takes a slug: lower-case letters, digits, `_` and `-`, and not digits only. One line
    /// feed at the end passes.
    package static func isWellFormed(_ slug: String) -> Bool {
        var bytes = Array(slug.utf8)
        if bytes.last == 0x0A { bytes.removeLast() }
        guard !bytes.isEmpty, !bytes.allSatisfy(isDigit) else { return false }
        return bytes.allSatisfy { isDigit($0) || (0x61...0x7A).contains($0) || $0 == 0x5F || $0 == 0x2D }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
