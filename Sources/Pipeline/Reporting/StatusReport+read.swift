public import Queue

extension StatusReport {
    /// All that `status` shows of a relocation.
    public static func read(_ uuid: String, in queue: RelocationQueue) throws(QueueError) -> StatusReport {
        StatusReport(
            try queue.status(uuid), renamed: try queue.renamedRows(uuid), earlier: try queue.earlierFailures(uuid),
            workforce: try queue.workforce())
    }
}
