package import Queue

/// Which relocations of an index are meant.
package struct RelocationFilter: Sendable, Equatable {
    /// Part of a file's name, of an organization, of the owner or of who queued it; or the first digits of a UUID.
    package var text = ""
    package var status: RelocationState?
    package var scope = ""
    package var destination = ""
    /// Enqueued at this time or later: milliseconds since 1970 on Redis' clock.
    package var since: Int64 = 0
    /// The key of a group of failures; empty for any.
    package var cause = ""

    package init() {}

    func fits(_ entry: RelocationIndex.Entry) -> Bool {
        (status == nil || entry.state == status) && (scope.isEmpty || entry.scope == scope)
            && (destination.isEmpty || entry.destination == destination)
            && entry.createdAt >= since && (cause.isEmpty || entry.failure?.key == cause)
    }
}
