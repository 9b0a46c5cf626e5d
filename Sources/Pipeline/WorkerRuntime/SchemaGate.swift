/// Lets one slot compare a destination's schema with the catalogue for all that open it at the same time: reading a
/// server's catalogue costs as much as a small relocation.
actor SchemaGate {
    /// Identity of a destination → when it was found sound, on the monotonic clock.
    private var sound: [String: Int64] = [:]
    /// Identity → the slots that wait for the one that compares it.
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    /// Milliseconds for which a comparison counts for other slots.
    private static let validMilliseconds: Int64 = 10_000

    /// Whether the caller is to compare the schema itself, and then to `report`. Waits while another slot does.
    func mustCompare(_ identity: String) async -> Bool {
        if isSound(identity) { return false }
        guard waiting[identity] != nil else {
            waiting[identity] = []
            return true
        }
        await withCheckedContinuation { waiting[identity, default: []].append($0) }
        // Where the other one failed everybody looks for himself.
        return !isSound(identity)
    }

    func report(_ identity: String, isSound: Bool) {
        if isSound { sound[identity] = LeaseClock.now() }
        for slot in waiting.removeValue(forKey: identity) ?? [] { slot.resume() }
    }

    /// How many slots wait for a comparison.
    func waitingSlots(_ identity: String) -> Int { waiting[identity]?.count ?? 0 }

    private func isSound(_ identity: String) -> Bool {
        sound[identity].map { LeaseClock.now() - $0 < Self.validMilliseconds } ?? false
    }
}
