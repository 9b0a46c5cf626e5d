internal import Storage

/// Lets one slot compare a destination's schema with the catalogue for all slots that open it at the same time. Reading
/// a server's schema costs as much as a small relocation.
actor SchemaGate {
    /// Identity of a destination → when its schema was last found to fit, on the monotonic clock.
    private var sound: [String: Int64] = [:]
    /// Identity → the slots that wait for another slot's comparison.
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    /// Identity → how it fits.
    private var fits: [String: SchemaFit] = [:]

    /// Milliseconds for which other slots may rely on a comparison.
    private static let validMilliseconds: Int64 = 10_000

    /// Whether the caller must compare the schema itself and then call `report`. Waits while another slot compares.
    func mustCompare(_ identity: String) async -> Bool {
        if isSound(identity) { return false }
        guard waiting[identity] != nil else {
            waiting[identity] = []
            return true
        }
        await withCheckedContinuation { waiting[identity, default: []].append($0) }
        // If the other slot found a mismatch or failed, each waiting slot compares by itself.
        return !isSound(identity)
    }

    func report(_ identity: String, isSound: Bool, _ fit: SchemaFit? = nil) {
        fits[identity] = fit
        if isSound { sound[identity] = LeaseClock.now() }
        for slot in waiting.removeValue(forKey: identity) ?? [] { slot.resume() }
    }

    /// What the last comparison has found.
    func fit(_ identity: String) -> SchemaFit? { fits[identity] }

    /// The number of slots that wait for a comparison.
    func waitingSlots(_ identity: String) -> Int { waiting[identity]?.count ?? 0 }

    private func isSound(_ identity: String) -> Bool {
        sound[identity].map { LeaseClock.now() - $0 < Self.validMilliseconds } ?? false
    }
}
