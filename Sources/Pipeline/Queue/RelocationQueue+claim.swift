// How a worker gets, keeps and releases a claim.
extension RelocationQueue {
    /// Leases the relocation that has waited longest, of those queued for `destination`. One whose lease has expired
    /// comes first. Throws `destinationTaken` if another database has the destination's name. A claim whose answer was lost holds until its lease expires; it does not count as a
    /// crash.
    ///
    /// Relocations that this version does not understand, and those that need a kind of task that is not among
    /// `knownKinds` (nil: all are known), are left where they are and reported in `Idle`. At most
    /// `Script.claimScanLimit` are passed over.
    public func claim(
        worker: String, destination: ServedDestination, knownKinds: Set<String>? = nil
    ) throws(QueueError) -> ClaimResult {
        self.knownKinds = knownKinds.map { "\n" + $0.sorted().map { $0 + "\n" }.joined() } ?? ""
        let answer = try run(
            ScriptCall(
                script: .claim, keys: [keys.fence],
                arguments: [
                    .text(keys.base), .text(worker), .number(configuration.leaseMilliseconds),
                    .text(RelocationQueue.randomDigits()), .text(self.knownKinds),
                ] + destination.arguments))
        try answer.refuseIfTaken(destination)
        return try ClaimResult(answer, leaseMilliseconds: configuration.leaseMilliseconds)
    }

    /// Binds the relocation to the database that has its destination's name. Throws `destinationTaken` if another
    /// database has the name by now.
    @discardableResult
    public func bind(_ claim: Claim, destination: ServedDestination) throws(QueueError) -> OperatorRequest {
        let answer = try run(
            try callFor(
                .bind, claim.uuid,
                [.integer(claim.token), .number(configuration.leaseMilliseconds)] + destination.arguments))
        try answer.refuseIfTaken(destination)
        return try answer.accepted(claim.uuid).request(0)
    }

    /// Renews leases in one exchange; one answer per claim, in order.
    public func renew(_ claims: [Claim]) throws(QueueError) -> [Renewal] {
        guard !claims.isEmpty else { return [] }
        var calls: [ScriptCall] = []
        for claim in claims {
            calls.append(
                try callFor(.renew, claim.uuid, [.integer(claim.token), .number(configuration.leaseMilliseconds)]))
        }
        return try replies(.renew, calls).map { Renewal(.renew, $0) }
    }

    /// Tells that the worker of a lost claim is alive: if the expiry of its lease was counted as a crash, the count is
    /// taken back, once. Returns whether it was.
    @discardableResult
    public func reportAlive(_ claim: Claim) throws(QueueError) -> Bool {
        let answer = try run(try callFor(.reportAlive, claim.uuid, [.integer(claim.token)])).accepted(claim.uuid)
        return try answer.integer(0) == 1
    }

    /// After a transient error: counts an attempt, releases the claim and keeps the relocation from being claimed for
    /// the delay. `trouble` and `maxAttempts` are shown to people.
    public func postpone(
        _ claim: Claim, delayMilliseconds: Int, trouble: String, maxAttempts: Int = 0
    ) throws(QueueError) {
        let limits = RelocationQueue.postponeLimits
        let delay = min(max(delayMilliseconds, limits.lowerBound), limits.upperBound)
        try end(
            .postpone, claim,
            [
                .number(delay), .text(RelocationQueue.cut(trouble, RelocationQueue.reasonBytes)), .number(maxAttempts),
            ])
    }

    /// Releases the claim, at its old place in the waiting order: another worker may go on at once.
    public func release(_ claim: Claim) throws(QueueError) {
        try end(.release, claim, ["old", "0"])
    }

    /// Releases the claim at the end of its time slice: the relocation goes to the end of the waiting order.
    ///
    /// - Parameter afterOutage: whether the destination went away meanwhile, which is counted
    public func requeue(_ claim: Claim, afterOutage: Bool = false) throws(QueueError) {
        try end(.release, claim, ["last", afterOutage ? "1" : "0"])
    }

    /// Releases the claim at its old place, without an attempt, because this worker does not know a task's kind.
    /// Only a worker that names the kind in `claim` gets it again. `trouble` is shown to people.
    public func leaveAlone(_ claim: Claim, kind: String, trouble: String) throws(QueueError) {
        guard (1...QueueTask.maximumKindBytes).contains(kind.utf8.count) else {
            throw QueueError(.invalidArgument, "A kind of task has 1 to \(QueueTask.maximumKindBytes) bytes.")
        }
        try end(.leaveAlone, claim, [.text(kind), .text(RelocationQueue.cut(trouble, RelocationQueue.reasonBytes))])
    }
}

extension RelocationQueue {
    /// A transition after which the claim stands.
    func step(_ script: Script, _ claim: Claim, _ arguments: [RedisArgument]) throws(QueueError) -> OperatorRequest {
        try run(try callFor(script, claim.uuid, [.integer(claim.token)] + arguments))
            .accepted(claim.uuid).request(0)
    }

    /// A transition after which the claim is over.
    func end(_ script: Script, _ claim: Claim, _ arguments: [RedisArgument]) throws(QueueError) {
        let answer = try run(try callFor(script, claim.uuid, [.integer(claim.token)] + arguments))
        if answer.word != "conflict" { forget(claim) }
        _ = try answer.accepted(claim.uuid)
    }

    /// Drops what this object remembers of a claim that has ended.
    func forget(_ claim: Claim) {
        unanswered[claim.token] = nil
        places[claim.token] = nil
    }

    /// The longest prefix of whole characters that fits.
    static func cut(_ text: String, _ bytes: Int) -> String {
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
