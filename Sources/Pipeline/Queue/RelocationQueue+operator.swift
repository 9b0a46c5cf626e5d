// What an operator does; `actor` is who does it, for the history. Every call throws `notFound` for an unknown UUID and `conflict` if the state forbids it.
extension RelocationQueue {
    /// Bytes that the rows take that a relocation leaves out one by one: about 1,500 rows. Each claim reads them.
    static let skippedRowsBytes = 1 << 16

    public func status(_ uuid: String) throws(QueueError) -> RelocationStatus {
        let answer = try run(try callFor(.status, uuid)).accepted(uuid)
        guard let status = RelocationStatus(uuid, snapshot: try answer.element(0)) else { throw answer.unexpected }
        return status
    }

    /// Descriptions of dropped rows, the first `listedRowsLimit` of the relocation.
    public func listedRows(_ uuid: String) throws(QueueError) -> [String] {
        _ = try status(uuid)
        return (try connection.call(["LRANGE", .text(keys.listed(uuid)), "0", "-1"]).array ?? []).compactMap(\.text)
    }

    /// Rows that got another name, the first `renamedLimit` of the relocation; none if Redis holds something else there.
    public func renamedRows(_ uuid: String) throws(QueueError) -> [Renaming] {
        Renaming.list(try run(try callFor(.renamed, uuid)).accepted(uuid).element(0))
    }

    /// Lets a failed relocation go on at the task that failed.
    ///
    /// - Parameters:
    ///   - change: of a relocation with steps
    ///   - what: how the history calls it
    public func retry(
        _ uuid: String, by actor: String = "", _ change: FlowChange? = nil, as what: String = "retried"
    ) throws(QueueError) {
        _ = try run(try callFor(.retry, uuid, [.text(actor), .text(what)] + (change?.arguments ?? []))).accepted(uuid)
    }

    /// The task at which a relocation failed. Throws `conflict` if it did not fail at one.
    public func failedTask(_ uuid: String) throws(QueueError) -> FailedTask {
        try FailedTask(try run(try callFor(.failedTask, uuid)).accepted(uuid))
    }

    /// Drops the task at which a relocation failed, for good; `retry` then goes on behind it. Throws `conflict` when
    /// the relocation has moved on since the task was read.
    ///
    /// - Parameters:
    ///   - counters: what becomes of its rows
    ///   - note: what is dropped, by whom and when
    public func skip(
        _ uuid: String, _ task: FailedTask, counters: [String: Int], note: TaskNote
    ) throws(QueueError) {
        _ = try run(
            try callFor(
                .skip, uuid,
                [.text(task.digest), .text(task.chunksDone), .text(note.json)]
                    + counters.flatMap { [RedisArgument.text($0.key), .number($0.value)] })
        ).accepted(uuid)
    }

    /// Tells workers to leave out one row of the task at which a relocation failed; `retry` then goes on with the rest
    /// of it. Throws `conflict` when the relocation has moved on since the task was read.
    ///
    /// - Parameter note: what is left out, by whom and when
    public func skipRow(
        _ uuid: String, _ row: RowPlace, of task: FailedTask, note: TaskNote
    ) throws(QueueError) {
        _ = try run(
            try callFor(
                .skipRow, uuid,
                [.text(task.digest), .text(task.chunksDone), .text(note.json), .text(row.line)])
        ).accepted(uuid)
    }

    /// Reads tasks of a relocation that has failed, `index` counted from the first that is left: at most `count`, and
    /// no more than fit `maxBytes`, but always the first. Throws `conflict` if it has not failed.
    public func failedTasks(_ uuid: String, from index: Int, count: Int, maxBytes: Int) throws(QueueError)
        -> [TaskElement]
    {
        try TaskPage(
            try run(try callFor(.failedTasks, uuid, [.number(index), .number(count), .number(maxBytes)])).accepted(uuid)
        ).elements
    }

    /// Pauses a relocation: at once, or at the next chunk boundary when a worker holds it.
    public func pause(
        _ uuid: String, by actor: String = "", _ change: FlowChange? = nil
    ) throws(QueueError) -> OperatorOutcome {
        try outcome(try callFor(.pause, uuid, [.text(actor)] + (change?.arguments ?? [])), uuid)
    }

    /// Lets a paused relocation go on, or takes back the request to pause.
    public func unpause(_ uuid: String, by actor: String = "", _ change: FlowChange? = nil) throws(QueueError) {
        _ = try run(try callFor(.unpause, uuid, [.text(actor)] + (change?.arguments ?? []))).accepted(uuid)
    }

    /// Gives a relocation up: at once, or at the next chunk boundary when a worker holds it.
    public func cancel(
        _ uuid: String, by actor: String = "", _ change: FlowChange? = nil
    ) throws(QueueError) -> OperatorOutcome {
        try outcome(try callFor(.cancel, uuid, ["0", .text(actor)] + (change?.arguments ?? [])), uuid)
    }

    /// Gives a relocation up at once: a worker that holds it loses its lease.
    public func abort(_ uuid: String, by actor: String = "") throws(QueueError) {
        _ = try run(try callFor(.cancel, uuid, ["1", .text(actor)])).accepted(uuid)
    }

    /// Removes the payload of a relocation that no worker holds; its record is kept for the retention.
    public func delete(_ uuid: String, by actor: String = "") throws(QueueError) {
        _ = try run(
            try callFor(
                .delete, uuid, keys: [keys.index], [.number(configuration.retentionSeconds * 1_000), .text(actor)])
        ).accepted(uuid)
    }

    private func outcome(_ call: ScriptCall, _ uuid: String) throws(QueueError) -> OperatorOutcome {
        let answer = try run(call).accepted(uuid)
        switch try answer.text(0) {
        case "done": return .done
        case "requested": return .requested
        case "unchanged": return .unchanged
        default: throw answer.unexpected
        }
    }
}
