// How a relocation is undone.
extension RelocationQueue {
    /// Hands a relocation that has ended, or is paused, to the workers, to be undone. Asking for the same twice changes
    /// nothing. Throws `notFound` for an unknown UUID unless a destination is named, `conflict` if the state forbids it.
    ///
    /// - Parameters:
    ///   - request: opaque to the queue
    ///   - destination: where an import has gone that Redis has forgotten
    public func requestUndo(
        _ uuid: String, _ request: String, ofUnknownIn destination: DestinationName?, by actor: String = ""
    ) throws(QueueError) {
        _ = try run(
            try callFor(
                .requestUndo, uuid, keys: [keys.index],
                [.text(actor), .text(request), .text(destination?.text ?? "")])
        ).accepted(uuid)
    }

    /// Tells what an undo does.
    ///
    /// - Parameters:
    ///   - isBegun: whether rows are about to be removed: from then on it cannot be given up
    ///   - origin: what the destination knows of a relocation that Redis has forgotten
    @discardableResult
    public func describeUndo(
        _ claim: Claim, summary: String, isBegun: Bool, origin: ForgottenRelocation? = nil
    ) throws(QueueError) -> OperatorRequest {
        let answer = try run(
            try callFor(
                .describeUndo, claim.uuid,
                [.integer(claim.token), isBegun ? "1" : "0", .text(summary)] + (origin?.fields ?? [])))
        return try answer.accepted(claim.uuid).request(0)
    }

    /// Ends an undo that has removed everything.
    public func finishUndo(_ claim: Claim, reason: String) throws(QueueError) {
        try end(
            .finishUndo, claim, [retention, .text(RelocationQueue.cut(reason, RelocationQueue.reasonBytes))])
    }

    /// Ends an undo that has changed nothing: the relocation gets back the state that it had.
    ///
    /// - Parameter refusal: why; nil if only the summary was wanted
    public func returnUndo(
        _ claim: Claim, summary: String, refusal: (reason: String, cause: UndoRecord.Cause)? = nil
    ) throws(QueueError) {
        try end(
            .returnUndo, claim,
            [
                retention, .text(summary),
                .text(RelocationQueue.cut(refusal?.reason ?? "", RelocationQueue.reasonBytes)),
                .text(refusal?.cause.rawValue ?? ""),
            ])
    }

    private var retention: RedisArgument { .number(configuration.retentionSeconds * 1_000) }
}

/// What the destination remembers of a relocation that Redis has forgotten.
public struct ForgottenRelocation: Sendable, Equatable {
    public var scope = ""
    public var options = "{}"
    public var digest = ""
    public var sourceName = ""
    public var rowsSource = 0
    public var toolVersion = ""
    /// Whether it succeeded.
    public var hasSucceeded = false

    public init() {}

    /// The fields of the record.
    fileprivate var fields: [RedisArgument] {
        let from =
            #"{"status":"\#(hasSucceeded ? "SUCCESS" : "FAILURE")","step":"\#(hasSucceeded ? "COMPLETED" : "IMPORTING")"}"#
        return [
            "scope", .text(scope), "options", .text(options), "digest", .text(digest), "sourceName", .text(sourceName),
            "rowsSource", .number(rowsSource), "toolVersion", .text(toolVersion), "undoFrom", .text(from),
        ]
    }
}
