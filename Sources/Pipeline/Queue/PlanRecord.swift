/// What a record says of a plan: that of a relocation that plans an import, or that an import holds to.
public struct PlanRecord: Sendable, Equatable {
    /// Opaque text of the worker; empty until there is one.
    public var text = ""
    /// Whether the plan that an import holds to was found to hold.
    public var holds = false

    public init() {}

    init(_ record: RecordFields) {
        text = record.text("plan")
        holds = record.text("planHolds") == "1"
    }
}

extension RelocationQueue {
    /// Tells what an import would do.
    ///
    /// - Parameters:
    ///   - text: opaque to the queue
    ///   - holds: whether an import holds to a plan and may begin
    @discardableResult
    public func tellPlan(_ claim: Claim, _ text: String, holds: Bool) throws(QueueError) -> OperatorRequest {
        try step(.tellPlan, claim, [.text(text), holds ? "1" : "0"])
    }
}

extension Script {
    /// Tells a plan. Repeating it changes nothing.
    ///
    /// - KEYS: 1...6 of the relocation
    /// - ARGV: 3 token, 4 the plan, 5 `1` if the import may begin
    /// - Returns: `ok`, request · `lost`, why
    static let tellPlan = Script(
        "tellPlan", .moves,
        """
        local answer = stale()
        if answer then return answer end
        redis.call('HSET', KEYS[1], 'plan', ARGV[4], 'planHolds', ARGV[5], 'updatedAt', ms(now))
        return {'ok', request(KEYS[1])}
        """)
}
