/// Finds the members of some organizations.
struct MemberScan: Sendable, Equatable {
    /// Keys of the organizations.
    private(set) var organizations: Set<Int64> = []
    /// Keys of the users who are members.
    private(set) var users: Set<Int64> = []
    /// Whether rows may stand in any order: members may come before their organization, or apart from each other.
    private let takesAnyOrder: Bool
    private var isOver = false
    private var hasSeenMember = false
    /// Organization → members that came before it; kept only if rows may stand in any order.
    private var waiting: [Int64: Set<Int64>] = [:]
    private var seenOrganizations: Set<Int64> = []

    init(takesAnyOrder: Bool) { self.takesAnyOrder = takesAnyOrder }

    /// - Parameter isWanted: whether its members are looked for
    mutating func add(organization key: Int64, isWanted: Bool) {
        if isOver { return }
        if takesAnyOrder { seenOrganizations.insert(key) }
        let members = waiting.removeValue(forKey: key) ?? []
        guard isWanted else { return }
        organizations.insert(key)
        users.formUnion(members)
    }

    mutating func add(member user: Int64?, of organization: Int64) {
        guard let user else { return }
        if organizations.contains(organization) {
            users.insert(user)
        } else if takesAnyOrder, !seenOrganizations.contains(organization) {
            waiting[organization, default: []].insert(user)
        }
    }

    /// A row of members begins; false if they no longer count.
    mutating func beginMember() -> Bool {
        if !isOver { hasSeenMember = true }
        return !isOver
    }

    /// As in the reference the scan ends at the first row of another model after the members; unless rows may stand in any
    /// order.
    mutating func pass() { isOver = isOver || hasSeenMember && !takesAnyOrder }
}
