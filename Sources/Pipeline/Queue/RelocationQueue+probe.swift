/// What a Redis lets its user do, found by trying every command that the queue uses.
public struct CommandProbe: Sendable, Equatable {
    /// Milliseconds since 1970 on Redis' clock; nil if it may not be asked.
    public let now: Int64?
    /// What the queue could not do: it names all refused commands, with the remedy.
    public let problem: QueueError?
}

extension RelocationQueue {
    /// Tries every command on a key of its own, and removes that. Needs no rights but those that the queue needs.
    ///
    /// Throws what keeps it from trying: a replica, a failing disk, keys that the user may not use.
    public func probe() throws(QueueError) -> CommandProbe {
        let own = keys.base + "check:" + String(UInt64.random(in: .min ... .max), radix: 36)
        let families = [keys.fence, keys.index, keys.workers, keys.held] + keys.all(of: "check")
        let answer = try answer(ScriptCall(script: .probe, keys: [own] + families, arguments: []))
        // Renewals load their script.
        _ = try connection.call(["SCRIPT", "LOAD", .text(Script.probe.text)])
        return CommandProbe(now: Int64(try answer.text(0)), problem: try problem(answer))
    }

    private func problem(_ answer: ScriptAnswer) throws(QueueError) -> QueueError? {
        var (forbidden, unknown): ([String], [String]) = ([], [])
        for index in stride(from: 1, to: answer.rest.count - 1, by: 2) {
            let (name, text) = (try answer.text(index), try answer.text(index + 1))
            switch ServerRefusal(text) {
            case .command: forbidden.append(name)
            case .unknownCommand: unknown.append(name)
            case .key, nil: return QueueError(serverError: text, caller: connection.caller)
            }
        }
        if !forbidden.isEmpty { return .forbidden(forbidden, connection.caller) }
        return unknown.isEmpty ? nil : .unknown(unknown)
    }

    /// A refusal inside a script may name no command: what the user lacks is found by trying.
    func explained(_ error: QueueError) -> QueueError {
        // If trying fails too, the first error says enough.
        (try? probe())?.problem ?? error
    }
}
