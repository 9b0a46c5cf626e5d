import Catalogue

/// The names and keys that a filter comes down to, once the whole file has been looked at.
struct RowFilter: Sendable, Equatable {
    /// Exact UTF-8, since Swift takes differently composed texts for equal.
    typealias Name = [UInt8]

    private let wanted: Set<Name>
    private let isByOrganization: Bool
    /// E-mail addresses of the users named; nil stands for a user without any.
    private(set) var emails: Set<Name?> = []
    /// Members of the organizations named.
    private(set) var users: Set<Int64> = []
    private var organizations: Set<Int64> = []
    private var isScanOver = false
    private var hasSeenMember = false

    init(_ filter: ExportFilter) {
        switch filter {
        case .usernames(let names):
            wanted = Set(names.map { Array($0.utf8) })
            isByOrganization = false
        case .organizationSlugs(let slugs):
            wanted = Set(slugs.map { Array($0.utf8) })
            isByOrganization = true
        }
    }

    private static func name(_ value: Value?) -> Name? { value?.text.map { Array($0.utf8) } }

    private static func field(_ row: FileRow, _ name: String) throws(ExportError) -> Value? {
        guard let column = row.plan?.model.columnIndex(ofField: name) else { return nil }
        return try row.value(column)
    }

    /// Looks at every row once, in file order, before the first is judged.
    mutating func gather(_ row: FileRow) throws(ExportError) {
        if isByOrganization {
            try gatherMembers(row)
        } else if row.model == "sentry.user", let name = Self.name(try Self.field(row, "username")),
            wanted.contains(name)
        {
            emails.insert(Self.name(try Self.field(row, "email")))
        }
    }

    /// Organizations have to stand before their members; the scan ends at the first row of another kind behind those.
    private mutating func gatherMembers(_ row: FileRow) throws(ExportError) {
        if isScanOver { return }
        switch row.model {
        case "sentry.organization":
            guard let slug = Self.name(try Self.field(row, "slug")), wanted.contains(slug) else { return }
            if let key = try row.primaryKey().value { organizations.insert(key) }
        case "sentry.organizationmember":
            hasSeenMember = true
            guard let key = try Self.field(row, "organization")?.integer, organizations.contains(key) else { return }
            if let user = try Self.field(row, "user_id")?.integer { users.insert(user) }
        case "sentry.user": break
        default: isScanOver = hasSeenMember
        }
    }

    /// Whether a row passes.
    func accepts(_ row: FileRow) throws(ExportError) -> Bool {
        switch row.model {
        case "sentry.email": return emails.contains(Self.name(try Self.field(row, "email")))
        case "sentry.user" where isByOrganization:
            return try row.primaryKey().value.map { users.contains($0) } ?? false
        case "sentry.user": return try Self.accepts(Self.field(row, "username"), wanted)
        case "sentry.organization" where isByOrganization: return try Self.accepts(Self.field(row, "slug"), wanted)
        default: return true
        }
    }

    private static func accepts(_ value: Value?, _ names: Set<Name>) -> Bool {
        name(value).map { names.contains($0) } ?? false
    }
}
