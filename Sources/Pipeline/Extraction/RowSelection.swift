package import ExportFormat

/// Which users or organizations an operator wants. Names are compared exactly, including letter case and blanks.
package enum RowSelection: Sendable, Equatable {
    case everything
    case usernames(Set<Name>)
    case organizationSlugs(Set<Name>)

    /// Exact UTF-8: Swift treats differently composed texts as equal.
    package typealias Name = [UInt8]

    /// Reads a comma-separated list of names. Refuses a list without any name.
    package static func names(parsing text: String) throws(ExportError) -> Set<Name> {
        let names = Set(
            text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { Array($0) })
        guard names.contains(where: { !$0.isEmpty }) else {
            throw ExportError(.badFilter, "the filter names nobody; leave it out to export everybody")
        }
        return names
    }
}
