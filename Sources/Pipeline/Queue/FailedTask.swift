/// The task at which a relocation failed, as it was read.
public struct FailedTask: Sendable, Equatable {
    public let element: TaskElement
    /// Milliseconds since 1970 on Redis' clock.
    public let readAt: Int64
    /// What `skip` makes sure of: that it drops the task that was looked at.
    let digest: String
    /// As the record holds it.
    let chunksDone: String
}
