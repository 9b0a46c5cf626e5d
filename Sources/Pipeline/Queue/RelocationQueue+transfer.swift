// Exports on their way from one destination's worker to another's.
extension RelocationQueue {
    /// Bytes of one part.
    public static let partBytes = 1 << 20

    /// Sends a part of an export to the relocation that has asked for it; the first one begins anew. Throws `conflict` if
    /// that relocation has ended or has an export, `full` if the part would not fit Redis' `maxmemory`.
    public func sendPart(
        _ claim: Claim, to uuid: String, after parts: Int, _ bytes: [UInt8]
    ) throws(QueueError) -> OperatorRequest {
        try refuseUnlessFits(bytes: bytes.count)
        return try step(
            .sendPart, claim,
            [.text(uuid), .number(parts), .number(configuration.retentionSeconds * 1_000), .bytes(bytes)])
    }

    /// Hands a whole export over: the relocation that waits for it goes on.
    @discardableResult
    public func deliver(_ claim: Claim, to uuid: String, parts: Int) throws(QueueError) -> OperatorRequest {
        try step(.deliver, claim, [.text(uuid), .number(parts)])
    }

    /// Lets a relocation look again for what it waits for.
    public func wake(_ uuid: String) throws(QueueError) {
        _ = try run(try callFor(.wakeUp, uuid)).accepted(uuid)
    }

    /// Releases the claim without an attempt: it waits for something.
    ///
    /// - Parameters:
    ///   - milliseconds: until somebody looks again, unless it is woken before
    ///   - what: for people
    public func awaitDelivery(_ claim: Claim, milliseconds: Int, for what: String) throws(QueueError) {
        try end(
            .awaitDelivery, claim,
            [.number(milliseconds), .text(RelocationQueue.cut(what, RelocationQueue.reasonBytes))])
    }

    /// A part of the export that was delivered; nil if it is gone.
    public func part(_ claim: Claim, _ index: Int) throws(QueueError) -> [UInt8]? {
        let answer = try run(try callFor(.part, claim.uuid, [.integer(claim.token), .number(index)]))
            .accepted(claim.uuid)
        guard answer.rest.count > 1, case .bytes(let bytes) = try answer.element(1) else { return nil }
        return bytes
    }

    /// Tells what the file is whose rows are appended next, once per claim. What was appended before goes.
    ///
    /// - Parameters:
    ///   - relocation: only what it says of its file counts
    ///   - tasks: how many at the head of the list stay
    public func receive(_ claim: Claim, _ relocation: NewRelocation, keeping tasks: Int) throws(QueueError) {
        let fields = relocation.fileFields
        let place = place(claim)
        _ = try step(
            .receive, claim,
            place.arguments + [.number(tasks), .number(fields.count)] + fields
                + relocation.counters.flatMap { [RedisArgument.text($0.key), .number($0.value)] })
        places[claim.token] = ListPlace(finished: place.finished, total: place.finished + tasks)
    }

    /// Removes the export that was delivered.
    public func dropParcel(_ claim: Claim) throws(QueueError) { _ = try step(.dropParcel, claim, []) }
}
