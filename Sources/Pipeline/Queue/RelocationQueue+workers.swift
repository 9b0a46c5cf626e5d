// How worker processes tell that they live.
extension RelocationQueue {
    /// Milliseconds for which a worker that is gone is still shown.
    public static let workerMemoryMilliseconds = 3_600_000

    /// A sign of life of a worker process, with all that it tells of itself. Returns what an operator asks of it; nil if
    /// nobody does.
    @discardableResult
    public func beat(_ worker: WorkerEntry) throws(QueueError) -> WorkerRequest? {
        let answer = try run(call(.beat, worker, [.number(Self.workerMemoryMilliseconds)] + worker.fields)).accepted("")
        return WorkerRequest(try answer.text(0))
    }

    /// Asks a worker process to be quiet, or to go on: it hears that at its next sign of life. Throws `notFound` if it is
    /// not there any more.
    package func ask(_ worker: WorkerEntry, toBeQuiet isQuiet: Bool, by actor: String) throws(QueueError) {
        let answer = try run(call(.askWorker, worker, [isQuiet ? "quiet" : "on", .text(actor)]))
        guard answer.word != "missing" else {
            throw QueueError(
                .notFound, "The worker \(worker.name) is not there any more.", remedy: "`workers` lists them.")
        }
        _ = try answer.accepted("")
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
