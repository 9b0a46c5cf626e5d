// What workers and operators ask of destinations' names.
extension RelocationQueue {
    /// Gives a destination's name to a worker's database.
    ///
    /// Throws `destinationTaken` if another database has the name, unless `takingOver`: then the name, and what was
    /// bound to the other database, are this one's from now on.
    public func serve(_ destination: ServedDestination, worker: String, takingOver: Bool) throws(QueueError) {
        let answer = try run(
            ScriptCall(
                script: .serve, keys: [keys.fence],
                arguments: [.text(keys.base), .text(worker)] + destination.arguments + [takingOver ? "1" : "0"]))
        try answer.refuseIfTaken(destination)
    }

    /// Every name that something was queued for or that a worker has served, the oldest first.
    public func destinations() throws(QueueError) -> [DestinationEntry] { try entries(of: "") }

    /// What is known of a name; nil if no worker has served it yet.
    public func destination(_ name: DestinationName) throws(QueueError) -> DestinationEntry? {
        try entries(of: name.text).first { !$0.identity.isEmpty }
    }

    /// Tells operators why the workers of a destination take nothing, for as long as it is told again: or, with nil, that
    /// they do again.
    public func setTrouble(
        _ trouble: String?, of name: DestinationName, milliseconds: Int = 60_000
    ) throws(QueueError) {
        let key = RedisArgument.text(keys.trouble(name))
        guard let trouble else {
            _ = try connection.call(["DEL", key])
            return
        }
        let text = RelocationQueue.cut(trouble, RelocationQueue.reasonBytes)
        _ = try connection.call(["SET", key, .text(text), "PX", .number(milliseconds)])
    }

    /// What a trouble begins with that only another schema ends: no worker can serve the destination.
    public static let schemaTrouble = "the schema does not fit: "

    private func entries(of name: String) throws(QueueError) -> [DestinationEntry] {
        let call = ScriptCall(script: .destinations, keys: [keys.fence], arguments: [.text(keys.base), .text(name)])
        return try run(call).rest.compactMap(DestinationEntry.init)
    }
}

extension ScriptAnswer {
    /// Throws if another database has the name of a worker's destination.
    func refuseIfTaken(_ destination: ServedDestination) throws(QueueError) {
        guard word == "taken" else { return }
        throw .destinationTaken(
            destination, by: try text(0), worker: try text(1), since: RecordFields.time(try text(2)))
    }
}
