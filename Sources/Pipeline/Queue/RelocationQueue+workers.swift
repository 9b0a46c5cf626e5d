// How worker processes tell that they live.
extension RelocationQueue {
    /// Milliseconds for which a worker that is gone is still shown.
    public static let workerMemoryMilliseconds = 3_600_000

    /// A sign of life of a worker process, with all that it tells of itself. Returns what an operator wishes of it, until it
    /// tells that it is so.
    @discardableResult
    public func beat(_ worker: WorkerEntry) throws(QueueError) -> WorkerWish? {
        let answer = try run(
            call(
                .beat, worker,
                [.number(Self.workerMemoryMilliseconds), worker.isQuiet ? "1" : "0"] + worker.fields)
        ).accepted("")
        let wish = try answer.text(0)
        return wish.isEmpty ? nil : WorkerWish(isQuiet: wish == "1", by: try answer.text(1))
    }

    /// Has a worker process take no more, or take relocations again, from its next sign of life on. Throws `notFound` for an
    /// unknown one.
    ///
    /// - Parameter id: ``WorkerEntry/id``
    public func wish(_ isQuiet: Bool, of id: String, by actor: String) throws(QueueError) {
        let answer = try run(
            ScriptCall(
                script: .wish, keys: [keys.workers, keys.worker(id)],
                arguments: [.text(keys.base), .text(id), isQuiet ? "1" : "0", .text(actor)]))
        guard answer.word != "missing" else {
            throw QueueError(.notFound, "No worker process is known as \(id). `workers` shows those there are.")
        }
    }

    /// Removes a worker process that ends in order.
    public func signOff(_ worker: WorkerEntry) throws(QueueError) {
        _ = try run(call(.signOff, worker)).accepted("")
    }

    /// The worker processes, and the destinations that operators hold.
    public func workforce() throws(QueueError) -> Workforce {
        let answer = try run(
            ScriptCall(script: .workers, keys: [keys.workers, keys.held], arguments: [.text(keys.base)]))
        var workers: [WorkerEntry] = []
        for index in stride(from: 2, to: answer.rest.count - 1, by: 2) {
            workers.append(
                WorkerEntry(id: try answer.text(index), RecordFields(try answer.element(index + 1).fields)))
        }
        return Workforce(
            now: try answer.integer(0), workers: workers.sorted { ($0.name, $0.since) < ($1.name, $1.since) },
            holds: try answer.element(1).fields.filter { !$0.value.isEmpty }.mapValues(DestinationHold.init))
    }

    /// Holds the queue of a destination: its workers finish what they have claimed and take nothing more. Returns
    /// whether it was not held before.
    public func hold(_ name: DestinationName, by actor: String = "") throws(QueueError) -> Bool {
        try setHold(name, actor, "1")
    }

    /// Lets the workers of a destination go on. Returns whether it was held.
    public func letGo(_ name: DestinationName, by actor: String = "") throws(QueueError) -> Bool {
        try setHold(name, actor, "0")
    }

    private func setHold(_ name: DestinationName, _ actor: String, _ isHeld: RedisArgument) throws(QueueError) -> Bool {
        let answer = try run(
            ScriptCall(
                script: .hold, keys: [keys.held], arguments: [.text(keys.base), .text(name.text), .text(actor), isHeld])
        ).accepted("")
        return try answer.text(0) == "done"
    }

    private func call(_ script: Script, _ worker: WorkerEntry, _ more: [RedisArgument] = []) -> ScriptCall {
        ScriptCall(
            script: script, keys: [keys.workers, keys.worker(worker.id)],
            arguments: [.text(keys.base), .text(worker.id)] + more)
    }
}
