// What a worker does. Every call with a claim throws `leaseLost` when the claim's token is stale.
extension RelocationQueue {
    /// Descriptions of dropped rows kept for one relocation.
    public static let listedRowsLimit = 1_000
    /// Bytes of one such description; the rest is cut off.
    public static let listedRowBytes = 1_024
    /// Findings kept for one relocation.
    public static let findingsLimit = 1_000
    /// Bytes of a trouble or failure reason; the rest is cut off.
    public static let reasonBytes = 4_096
    /// Milliseconds: one day.
    public static let postponeLimits = 0...86_400_000

    /// Leases the relocation that has waited longest, of those bound to `destination` or to none yet. One whose lease
    /// has run out comes first. A claim whose answer was lost stands until its lease runs out, and is no loss of the
    /// task's.
    public func claim(worker: String, destination: String) throws(QueueError) -> ClaimResult {
        let answer = try run(
            ScriptCall(
                script: .claim, keys: [keys.fence],
                arguments: [
                    .text(keys.base), .text(worker), .number(configuration.leaseMilliseconds), .text(destination),
                    .text(RelocationQueue.randomDigits()),
                ]))
        return try ClaimResult(answer, leaseMilliseconds: configuration.leaseMilliseconds)
    }

    /// Binds the relocation to the destination that imports it first. Throws `conflict` when it is bound to another.
    public func bind(_ claim: Claim, destination: String) throws(QueueError) {
        guard !destination.isEmpty else {
            throw QueueError(.invalidArgument, "A relocation cannot be bound to a destination without a name.")
        }
        try transition(.bind, claim, [.text(destination), .number(configuration.leaseMilliseconds)])
    }

    /// Renews leases in one exchange; false for each that was lost.
    public func renew(_ claims: [Claim]) throws(QueueError) -> [Bool] {
        guard !claims.isEmpty else { return [] }
        var calls: [ScriptCall] = []
        for claim in claims {
            calls.append(
                try callFor(.renew, claim.uuid, [.integer(claim.token), .number(configuration.leaseMilliseconds)]))
        }
        return try run(.renew, calls).map { $0.word == "ok" }
    }

    /// Reads tasks without removing them, `index` counted from the current one: at most `count`, and no more than fit
    /// `maxBytes`, but always the first.
    public func tasks(
        _ claim: Claim, from index: Int, count: Int, maxBytes: Int
    ) throws(QueueError) -> [TaskElement] {
        guard index >= 0, count > 0, maxBytes > 0 else {
            throw QueueError(.invalidArgument, "Tasks are read from an index of 0 or more, at least one.")
        }
        let answer = try run(
            try callFor(
                .tasks, claim.uuid, [.integer(claim.token), .number(index), .number(count), .number(maxBytes)])
        ).accepted(claim.uuid)
        return answer.rest.map { element in
            guard case .bytes(let bytes) = element else { return .malformed("It is no text.") }
            return bytes.withUnsafeBytes(TaskFrame.decode)
        }
    }

    /// Removes the first `count` tasks, whose results are recorded elsewhere, and counts their rows. Ends the row of
    /// failed attempts. After a passing error repeat the same call on this object: it does not happen twice. One claim
    /// acknowledges on one object only: `leaseLost` is thrown as well where Redis does not know of what was
    /// acknowledged on it before.
    ///
    /// - Parameters:
    ///   - counters: counter → rows to add
    ///   - listed: descriptions of dropped rows; the first `listedRowsLimit` of a relocation are kept
    ///   - renew: renews the lease as well
    public func acknowledge(
        _ claim: Claim, tasks count: Int, counters: [String: Int] = [:], listed: [String] = [], renew: Bool = true
    ) throws(QueueError) -> Acknowledgement {
        guard count >= 0 else { throw QueueError(.invalidArgument, "Fewer than no tasks cannot be acknowledged.") }
        let name = unanswered[claim.token] ?? nameAcknowledgement()
        unanswered[claim.token] = name
        let before = finished[claim.token] ?? claim.status.chunksDone
        let answer = try run(
            try callFor(
                .acknowledge, claim.uuid,
                [
                    .integer(claim.token), .text(name), .number(count),
                    .number(renew ? configuration.leaseMilliseconds : 0), .number(RelocationQueue.listedRowsLimit),
                    .number(before), .number(counters.count * 2),
                ] + counters.flatMap { [RedisArgument.text($0.key), .number($0.value)] }
                    + listed.prefix(RelocationQueue.listedRowsLimit).map {
                        .text(RelocationQueue.cut($0, RelocationQueue.listedRowBytes))
                    }))
        unanswered[claim.token] = nil
        if answer.word == "lost" { forget(claim) }
        _ = try answer.accepted(claim.uuid)
        finished[claim.token] = before + count
        return try Acknowledgement(answer)
    }

    /// Shows how far a run has come that is one transaction: nothing is removed, and a take-over forgets it.
    public func progress(_ claim: Claim, chunksDone: Int) throws(QueueError) {
        try transition(.progress, claim, [.number(chunksDone)])
    }

    /// Goes on to a later step. Throws `conflict` for an earlier one.
    public func advance(_ claim: Claim, step: RelocationStep) throws(QueueError) {
        let upTo = RelocationStep.allCases.prefix { $0 != step } + [step]
        try transition(.advance, claim, [.text(step.rawValue), .text(upTo.map { $0.rawValue + "," }.joined())])
    }

    /// Ends the relocation with success; it is forgotten after the retention. Throws `conflict` while tasks are left.
    public func complete(_ claim: Claim) throws(QueueError) {
        try transition(.complete, claim, [.number(configuration.retentionSeconds * 1_000)], ends: true)
    }

    /// After passing trouble: counts an attempt, gives the lease back and keeps the relocation from being claimed for
    /// the delay. `trouble` is shown to people.
    public func postpone(_ claim: Claim, delayMilliseconds: Int, trouble: String) throws(QueueError) {
        let limits = RelocationQueue.postponeLimits
        let delay = min(max(delayMilliseconds, limits.lowerBound), limits.upperBound)
        try transition(
            .postpone, claim,
            [.number(delay), .text(RelocationQueue.cut(trouble, RelocationQueue.reasonBytes))], ends: true)
    }

    /// After lasting trouble: ends the relocation without success. Tasks and place are kept for `retry`.
    ///
    /// - Parameters:
    ///   - findings: each a JSON object
    ///   - index: place of the failed task in the list; nil when none is at fault
    ///   - task: the failed task itself, where it can be read
    public func fail(
        _ claim: Claim, findings: [String], reason: String, at index: Int? = nil, task: QueueTask? = nil
    ) throws(QueueError) {
        try transition(
            .fail, claim,
            [
                .text(TextList.encode(Array(findings.prefix(RelocationQueue.findingsLimit)))),
                .text(RelocationQueue.cut(reason, RelocationQueue.reasonBytes)),
                .text(index.map(String.init) ?? ""), .text(task.map { TaskNote($0).json } ?? ""),
            ], ends: true)
    }

    /// Gives the lease back, at its old place in the waiting order: another worker may go on at once.
    public func release(_ claim: Claim) throws(QueueError) {
        try transition(.release, claim, ["1"], ends: true)
    }

    /// Gives the lease back and goes to the end of the waiting order, for others to have their turn.
    public func yieldTurn(_ claim: Claim) throws(QueueError) {
        try transition(.release, claim, ["0"], ends: true)
    }

    private func transition(
        _ script: Script, _ claim: Claim, _ arguments: [RedisArgument], ends: Bool = false
    ) throws(QueueError) {
        let answer = try run(try callFor(script, claim.uuid, [.integer(claim.token)] + arguments))
        if ends, answer.word != "conflict" { forget(claim) }
        _ = try answer.accepted(claim.uuid)
    }

    private func forget(_ claim: Claim) {
        unanswered[claim.token] = nil
        finished[claim.token] = nil
    }

    /// The longest beginning of whole characters that fits.
    private static func cut(_ text: String, _ bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var out = ""
        var left = bytes
        for character in text {
            left -= character.utf8.count
            guard left >= 0 else { break }
            out.append(character)
        }
        return out
    }
}
