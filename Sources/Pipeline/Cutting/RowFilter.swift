import Catalogue
import ExportFormat

/// The names and keys that a filter accepts. They are complete once `gather` has seen the whole file.
struct RowFilter: Sendable, Equatable {
    /// Exact UTF-8, because Swift treats differently composed texts as equal.
    typealias Name = [UInt8]

    private let wanted: Set<Name>
    /// Those that are in the file.
    private var found: Set<Name> = []
    private let isByOrganization: Bool
    /// E-mail addresses of the users that the filter names; nil stands for a user without one.
    private(set) var emails: Set<Name?> = []
    /// Members of the organizations that the filter names.
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

    /// Sees each row once, in file order, before `accepts` is called.
    mutating func gather(_ walk: FileWalk, _ model: String) throws(ExportError) {
        if isByOrganization {
            try gatherMembers(walk, model)
        } else if model == "sentry.user", let name = Self.name(try walk.value("username")),
            wanted.contains(name)
        {
            found.insert(name)
            emails.insert(Self.name(try walk.value("email")))
        }
    }

    /// Organizations must come before their members. The scan ends at the first row of another model after the members.
    private mutating func gatherMembers(_ walk: FileWalk, _ model: String) throws(ExportError) {
        switch model {
        case "sentry.organization":
            guard let slug = Self.name(try walk.value("slug")), wanted.contains(slug) else { return }
            found.insert(slug)
            if isScanOver { return }
            if let key = try walk.primaryKey().value { organizations.insert(key) }
        case "sentry.organizationmember":
            if isScanOver { return }
            hasSeenMember = true
            guard let key = try walk.value("organization")?.integer, organizations.contains(key) else { return }
            if let user = try walk.value("user_id")?.integer { users.insert(user) }
        case "sentry.user": break
        default: isScanOver = isScanOver || hasSeenMember
        }
    }

    /// Called once the whole file was gathered: the names that are not in it. Throws if none of them is.
    func warnings() throws(ExportError) -> [String] {
        let missing = wanted.subtracting(found).filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
            .sorted()
        guard !missing.isEmpty else { return [] }
        let what = isByOrganization ? "organization" : "user"
        let shown = missing.prefix(Self.shownNames).map { "\"\(ShownName.safe($0))\"" }.joined(separator: ", ")
        let names = shown + (missing.count > Self.shownNames ? " and \(missing.count - Self.shownNames) more" : "")
        guard !found.isEmpty else {
            throw ExportError(
                .badFilter, "the file holds no \(what) that the filter names: \(names); names are compared exactly")
        }
        return ["the filter names \(what)s that the file does not hold: \(names)"]
    }

    private static let shownNames = 10

    /// Whether a row passes.
    func accepts(_ walk: FileWalk, _ model: String) throws(ExportError) -> Bool {
        switch model {
        case "sentry.email": return emails.contains(Self.name(try walk.value("email")))
        case "sentry.user" where isByOrganization:
            return try walk.primaryKey().value.map { users.contains($0) } ?? false
        case "sentry.user": return try Self.accepts(walk.value("username"), wanted)
        case "sentry.organization" where isByOrganization: return try Self.accepts(walk.value("slug"), wanted)
        default: return true
        }
    }

    private static func accepts(_ value: Value?, _ names: Set<Name>) -> Bool {
        name(value).map { names.contains($0) } ?? false
    }
}
