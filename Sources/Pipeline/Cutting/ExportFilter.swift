public import ExportFormat

/// Selects users or organizations of an export. Names are compared exactly, including letter case.
public enum ExportFilter: Sendable, Equatable {
    case usernames(Set<String>)
    case organizationSlugs(Set<String>)

    /// Reads a comma-separated list of user names. Keeps spaces; refuses a list without any name.
    public static func usernames(parsing text: String) throws(ExportError) -> ExportFilter {
        .usernames(try names(text))
    }

    /// Reads a comma-separated list of organization slugs. Keeps spaces; refuses a list without any slug.
    public static func organizationSlugs(parsing text: String) throws(ExportError) -> ExportFilter {
        .organizationSlugs(try names(text))
    }

    private static func names(_ text: String) throws(ExportError) -> Set<String> {
        let names = Set(text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
        guard names.contains(where: { !$0.isEmpty }) else {
            throw ExportError(.badFilter, "the filter names nobody; leave it out to import everybody")
        }
        return names
    }

    /// Tells this filter from others under the same UUID, and names nobody.
    public func digest(_ uuid: String) -> String {
        let (kind, names) =
            switch self {
            case .usernames(let names): ("users", names)
            case .organizationSlugs(let slugs): ("organizations", slugs)
            }
        let digest = TextDigest()
        for text in [uuid, kind] + names.sorted() {
            Array("\(text.utf8.count):\(text)".utf8).withUnsafeBytes(digest.update)
        }
        return digest.hexadecimal()
    }
}
