/// What Redis knows of a destination's name.
// More than eight properties: one per field; they are read together and shown together.
public struct DestinationEntry: Sendable, Equatable {
    public let name: String
    /// Tells the database from all others.
    public let identity: String
    /// Where the database is, for people.
    public let address: String
    /// The worker that gave the name to the database.
    public let registeredBy: String
    /// Milliseconds since 1970.
    public let registeredAt: Int64
    /// Earlier databases of the name, the newest first: each a JSON object.
    public let earlier: [String]
    /// Relocations that wait for a worker, also for their next attempt.
    public let waiting: Int
    /// Relocations that a worker holds, or held when it was lost.
    public let leased: Int
    /// Since when the first one could be taken, or from when on it can: milliseconds since 1970; 0 if none waits.
    public let firstReadyAt: Int64
    /// Why its workers take nothing; empty if nothing troubles it.
    public let trouble: String
}

extension DestinationEntry {
    /// From a script's answer: name, record, earlier databases, waiting, leased, trouble, first time.
    init?(_ reply: RedisReply) {
        guard let parts = reply.array, parts.count == 7, let name = parts[0].text else { return nil }
        let record = RecordFields(parts[1].fields)
        self.name = name
        identity = record.text("identity")
        address = record.text("address")
        registeredBy = record.text("by")
        registeredAt = record.time("since")
        earlier = (parts[2].array ?? []).compactMap(\.text)
        waiting = Int(parts[3].integer ?? 0)
        leased = Int(parts[4].integer ?? 0)
        trouble = parts[5].text ?? ""
        firstReadyAt = RecordFields.time(parts[6].text ?? "")
    }
}
