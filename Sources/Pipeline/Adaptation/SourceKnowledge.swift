package import Catalogue

/// What is known of a file beyond its single rows: it decides how each row is adapted.
package struct SourceKnowledge: Sendable, Equatable {
    package internal(set) var versions: VersionRange
    package internal(set) var context = FileContext()
    /// Model → names of fields that no version is known to have.
    var unknownFields: [String: [String]] = [:]
    /// Models with rows that have another form in the file, or may turn out to have.
    var changedModels: Set<String> = []
    /// Models whose rows are referred to by natural keys.
    var keyedModels: Set<String> = []

    /// - Parameter version: what an operator says; nil: the file's fields tell
    package init(given version: SentryVersion? = nil) {
        versions = version.map(VersionRange.init(given:)) ?? VersionRange()
    }

    /// Called once the whole file has been read.
    ///
    /// - Parameter organizations: those that a filter accepts; nil without such a filter
    package mutating func complete(organizations: Set<Int64>?) { context.complete(accepted: organizations) }
}
