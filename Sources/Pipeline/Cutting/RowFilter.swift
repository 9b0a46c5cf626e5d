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
    /// The organizations that the filter names, and their members.
    private var scan: MemberScan

    init(_ filter: ExportFilter, takesAnyOrder: Bool) {
        scan = MemberScan(takesAnyOrder: takesAnyOrder)
        switch filter {
        case .usernames(let names):
            wanted = Set(names.map { Array($0.utf8) })
            isByOrganization = false
        case .organizationSlugs(let slugs):
            wanted = Set(slugs.map { Array($0.utf8) })
            isByOrganization = true
        }
    }

    /// The keys of the organizations that it accepts; nil if it does not choose by organization.
    var acceptedOrganizations: Set<Int64>? { isByOrganization ? scan.organizations : nil }

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

    private mutating func gatherMembers(_ walk: FileWalk, _ model: String) throws(ExportError) {
        switch model {
        case "sentry.organization": try gatherOrganization(walk)
        case "sentry.organizationmember":
            guard scan.beginMember(), let key = try walk.value("organization")?.integer else { return }
            scan.add(member: try walk.value("user_id")?.integer, of: key)
        case "sentry.user": break
        default: scan.pass()
        }
    }

    private mutating func gatherOrganization(_ walk: FileWalk) throws(ExportError) {
        guard let slug = Self.name(try walk.value("slug")), wanted.contains(slug) else {
            // What is wrong with a row that is not wanted does not matter.
            if let key = try? walk.primaryKey().value { scan.add(organization: key, isWanted: false) }
            return
        }
        found.insert(slug)
        if let key = try walk.primaryKey().value { scan.add(organization: key, isWanted: true) }
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
            return try walk.primaryKey().value.map { scan.users.contains($0) } ?? false
        case "sentry.user": return try Self.accepts(walk.value("username"), wanted)
        case "sentry.organization" where isByOrganization: return try Self.accepts(walk.value("slug"), wanted)
        default: return true
        }
    }

    private static func accepts(_ value: Value?, _ names: Set<Name>) -> Bool {
        name(value).map { names.contains($0) } ?? false
    }
}
