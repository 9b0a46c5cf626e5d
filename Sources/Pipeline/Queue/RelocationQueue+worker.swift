// How a worker works on what it has claimed. Every call with a claim throws `leaseLost` when the claim's token is
// stale: the error's `leaseLoss` says why.
extension RelocationQueue {
    /// Descriptions of dropped rows kept for one relocation.
    public static let listedRowsLimit = 10_000
    /// Bytes of one such description; the rest is cut off.
    public static let listedRowBytes = 1_024
    /// Rows kept of those that got another name, for one relocation.
    public static let renamedLimit = 1_000
    /// Bytes of each text of such a row; the rest is cut off.
    public static let renamedTextBytes = 512
    /// Findings kept for one relocation.
    public static let findingsLimit = 1_000
    /// Bytes of an error or failure reason; the rest is cut off.
    public static let reasonBytes = 4_096
    /// Milliseconds: one day.
    public static let postponeLimits = 0...86_400_000
    /// Follow-up tasks of one acknowledgement.
    public static let followUpsLimit = 10_000

    /// Reads tasks without removing them, `index` counted from the current one: at most `count`, and no more than fit
    /// `maxBytes`, but always the first.
    public func tasks(_ claim: Claim, from index: Int, count: Int, maxBytes: Int) throws(QueueError) -> TaskPage {
        guard index >= 0, count > 0, maxBytes > 0 else {
            throw QueueError(.invalidArgument, "Tasks are read from an index of 0 or more, at least one.")
        }
        return try TaskPage(
            try run(
                try callFor(
                    .tasks, claim.uuid,
                    [.integer(claim.token), .number(index), .number(count), .number(maxBytes)] + place(claim).arguments)
            ).accepted(claim.uuid))
    }

    /// Removes the first `count` tasks, whose results are recorded elsewhere, and counts their rows. Ends the
    /// consecutive failed attempts. After a transient error repeat the same call on this object: it does not happen
    /// twice. One claim acknowledges on one object only: `leaseLost` is thrown as well if Redis does not know what was
    /// acknowledged on it before.
    ///
    /// - Parameters:
    ///   - counters: counter → rows to add
    ///   - recorded: subject → rows that the destination's records hold since the last acknowledgement
    ///   - recordChanged: microseconds by which the destination's record is newer than at the last acknowledgement
    ///   - listed: descriptions of rows that operators can list one by one; the first `listedRowsLimit` of a relocation are kept
    ///   - renamed: rows that got another name; all are counted, the first `renamedLimit` of a relocation are kept
    ///   - alsoRenamed: further such rows, only to be counted
    ///   - written: which rows the destination holds now: name → text, opaque to the queue
    ///   - followUps: tasks to add at the end of the list, at most `followUpsLimit`
    ///   - renew: renews the lease as well
    public func acknowledge(
        _ claim: Claim, tasks count: Int, counters: [String: Int] = [:], recorded: [String: Int] = [:],
        recordChanged: Int = 0, listed: [String] = [], renamed: [Renaming] = [], alsoRenamed: Int = 0,
        written: [String: String] = [:], followUps: [QueueTask] = [], renew: Bool = true
    ) throws(QueueError) -> Acknowledgement {
        guard count >= 0 else {
            throw QueueError(.invalidArgument, "The number of acknowledged tasks cannot be negative.")
        }
        let elements = try RelocationQueue.encode(followUps)
        let counters = counters.merging(RecordedRows.counters(recorded, recordChanged)) { first, _ in first }
        let name = unanswered[claim.token] ?? nameAcknowledgement()
        unanswered[claim.token] = name
        let place = place(claim)
        let head: [RedisArgument] =
            [
                .integer(claim.token), .text(name), .number(count),
                .number(renew ? configuration.leaseMilliseconds : 0),
                .number(RelocationQueue.listedRowsLimit),
            ] + place.arguments + [
                .text(knownKinds), .number(counters.count * 2), .number(elements.count),
                .number(elements.reduce(0) { $0 + $1.count }),
            ]
        let kept = renamed.prefix(RelocationQueue.renamedLimit)
        let renamings: [RedisArgument] =
            [
                .number(kept.count * 3), .number(renamed.count - kept.count + max(alsoRenamed, 0)),
                .number(written.count * 2),
            ]
        let rows = listed.prefix(RelocationQueue.listedRowsLimit).map {
            RedisArgument.text(RelocationQueue.cut($0, RelocationQueue.listedRowBytes))
        }
        let answer = try run(
            try callFor(
                .acknowledge, claim.uuid,
                head + renamings + counters.flatMap { [RedisArgument.text($0.key), .number($0.value)] }
                    + elements.map(RedisArgument.bytes) + kept.flatMap(\.arguments)
                    + written.flatMap { [RedisArgument.text($0.key), .text($0.value)] } + rows))
        unanswered[claim.token] = nil
        if answer.word == "lost" { forget(claim) }
        _ = try answer.accepted(claim.uuid)
        places[claim.token] = ListPlace(finished: place.finished + count, total: place.total + elements.count)
        return try Acknowledgement(answer)
    }

    /// Shows how far a run in one transaction has come: nothing is removed, and a take-over resets it.
    ///
    /// - Parameters:
    ///   - rows: rows that it holds
    ///   - doing: what it does, for people, if that is no task
    @discardableResult
    public func progress(
        _ claim: Claim, chunksDone: Int, rows: Int = 0, doing: String = ""
    ) throws(QueueError) -> OperatorRequest {
        try step(.progress, claim, [.number(chunksDone), .number(rows), .text(doing)])
    }

    /// Goes on to a later step. Throws `conflict` for an earlier one.
    @discardableResult
    public func advance(_ claim: Claim, step: RelocationStep) throws(QueueError) -> OperatorRequest {
        guard let place = RelocationStep.known.firstIndex(of: step) else {
            throw QueueError(.invalidArgument, "A relocation goes on to a step of this version only.")
        }
        let upTo = RelocationStep.known[...place].map { $0.rawValue + "," }.joined()
        return try self.step(.advance, claim, [.text(step.rawValue), .text(upTo)])
    }

    /// Ends the relocation with success; it is forgotten after the retention. Throws `conflict` while tasks are left.
    public func complete(_ claim: Claim) throws(QueueError) {
        try end(.complete, claim, [.number(configuration.retentionSeconds * 1_000)] + place(claim).arguments)
    }

    /// After a permanent error: ends the relocation without success. Tasks and place are kept for `retry`.
    ///
    /// - Parameters:
    ///   - findings: each a JSON object
    ///   - index: place of the failed task in the list; nil if no task is at fault
    ///   - task: the failed task itself, if it can be read
    ///   - row: the row of the task that is at fault, if it is known
    ///   - cause: why `retry` does not help; nil if it may
    ///   - trouble: what happened, if the reason is a fixed text
    public func fail(
        _ claim: Claim, findings: [String], reason: String, at index: Int? = nil, task: QueueTask? = nil,
        row: RowPlace? = nil, cause: FailureCause? = nil, trouble: String = ""
    ) throws(QueueError) {
        try end(
            .fail, claim,
            [
                .text(TextList.encode(Array(findings.prefix(RelocationQueue.findingsLimit)))),
                .text(RelocationQueue.cut(reason, RelocationQueue.reasonBytes)),
                .text(index.map(String.init) ?? ""), .text(task.map { TaskNote($0, row: row).json } ?? ""),
            ] + place(claim).arguments + [
                .text(cause?.rawValue ?? ""), .text(RelocationQueue.cut(trouble, RelocationQueue.reasonBytes)),
            ])
    }

    private static func encode(_ followUps: [QueueTask]) throws(QueueError) -> [[UInt8]] {
        guard followUps.count <= followUpsLimit else {
            throw QueueError(.invalidArgument, "More than \(followUpsLimit) follow-up tasks at once.")
        }
        var elements: [[UInt8]] = []
        for task in followUps { elements.append(try TaskFrame.encode(task)) }
        return elements
    }
}
