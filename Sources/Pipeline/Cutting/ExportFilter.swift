public import ExportFormat

/// Which users or organizations of an export are wanted. Names are compared exactly, letter case included.
public enum ExportFilter: Sendable, Equatable {
    case usernames(Set<String>)
    case organizationSlugs(Set<String>)

    /// Reads a comma-separated list of user names. Nothing is trimmed; a list without any name is refused.
    public static func usernames(parsing text: String) throws(ExportError) -> ExportFilter {
        .usernames(try names(text))
    }

    /// Reads a comma-separated list of organization slugs. Nothing is trimmed; a list without any slug is refused.
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
}
