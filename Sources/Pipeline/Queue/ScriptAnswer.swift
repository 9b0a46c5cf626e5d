/// What a script answered.
struct ScriptAnswer {
    let script: Script
    let word: String
    let rest: ArraySlice<RedisReply>

    /// - Parameter caller: nil if it is not known here
    init(_ script: Script, _ reply: RedisReply, caller: RedisCaller? = nil) throws(QueueError) {
        if case .error(let text) = reply { throw QueueError(serverError: text, caller: caller) }
        guard let list = reply.array, let word = list.first?.text else {
            throw QueueError.unexpectedAnswer(to: script.name)
        }
        self.script = script
        self.word = word
        rest = list.dropFirst()
    }

    var unexpected: QueueError { .unexpectedAnswer(to: script.name) }

    func element(_ index: Int) throws(QueueError) -> RedisReply {
        guard index < rest.count else { throw unexpected }
        return rest[rest.startIndex + index]
    }

    func integer(_ index: Int) throws(QueueError) -> Int64 {
        guard let value = try element(index).integer else { throw unexpected }
        return value
    }

    func text(_ index: Int) throws(QueueError) -> String {
        guard let value = try element(index).text else { throw unexpected }
        return value
    }

    /// Throws unless the answer is `ok`.
    func accepted(_ uuid: String) throws(QueueError) -> ScriptAnswer {
        switch word {
        case "ok": return self
        case "lost": throw QueueError(leaseLost: loss)
        case "missing": throw .notFound(uuid)
        case "conflict": throw .refusal(try text(0), uuid)
        default: throw unexpected
        }
    }
}
