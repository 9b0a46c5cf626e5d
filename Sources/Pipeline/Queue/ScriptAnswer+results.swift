// What the scripts' answers mean.

extension ClaimResult {
    init(_ answer: ScriptAnswer, leaseMilliseconds: Int) throws(QueueError) {
        switch answer.word {
        case "claimed":
            let uuid = try answer.text(0)
            guard let status = RelocationStatus(uuid, snapshot: try answer.element(2)) else { throw answer.unexpected }
            self = .claimed(
                Claim(
                    uuid: uuid, token: try answer.integer(1), status: status, leaseMilliseconds: leaseMilliseconds))
        case "held": self = .held
        case "idle":
            let next = try answer.integer(0)
            self = .idle(
                Idle(
                    nextInMilliseconds: next < 0 ? nil : Int(next), openRelocations: Int(try answer.integer(1)),
                    waiting: (try answer.element(4).array ?? []).compactMap(\.text),
                    foreign: (try answer.element(2).array ?? []).compactMap(\.text),
                    leftAlone: LeftAlone.list(try answer.element(3))))
        default:
            throw answer.unexpected
        }
    }
}

extension ClaimResult.LeftAlone {
    /// From a flat list of uuid, field and value.
    static func list(_ reply: RedisReply) -> [ClaimResult.LeftAlone] {
        let texts = (reply.array ?? []).map { $0.text ?? "" }
        return stride(from: 0, to: texts.count - texts.count % 3, by: 3).map { index in
            ClaimResult.LeftAlone(uuid: texts[index], reason: reason(texts[index + 1], texts[index + 2]))
        }
    }

    private static func reason(_ field: String, _ value: String) -> String {
        switch field {
        case "format":
            "its record has the format \"\(value)\", and this version knows those up to \(Script.newestFormat)"
        case "status": "its status \"\(value)\" is not known to this version"
        case "step": "its step \"\(value)\" is not known to this version"
        case "needs": "it needs a worker that knows tasks of the kind \"\(value)\""
        default: "its record cannot be read"
        }
    }
}

extension ScriptAnswer {
    /// What an operator asked of the holder.
    func request(_ index: Int) throws(QueueError) -> OperatorRequest {
        guard let request = OperatorRequest(rawValue: try text(index)) else { throw unexpected }
        return request
    }

    /// Why the lease is lost.
    var loss: LeaseLoss { rest.first?.text.flatMap(LeaseLoss.init(rawValue:)) ?? .forgotten }
}

extension Renewal {
    init(_ script: Script, _ reply: RedisReply) {
        do throws(QueueError) {
            let answer = try ScriptAnswer(script, reply)
            switch answer.word {
            case "ok": self = .held(try answer.request(0))
            case "lost": self = .lost(answer.loss)
            default: throw answer.unexpected
            }
        } catch {
            self = .failed(error)
        }
    }
}

extension TaskPage {
    init(_ answer: ScriptAnswer) throws(QueueError) {
        self.init(
            elements: answer.rest.dropFirst().lazy.flatMap { $0.array ?? [] }.map { element in
                guard case .bytes(let bytes) = element else { return .malformed("It is not text.") }
                return bytes.withUnsafeBytes(TaskFrame.decode)
            },
            request: try answer.request(0))
    }
}

extension Acknowledgement {
    init(_ answer: ScriptAnswer) throws(QueueError) {
        self.init(
            remaining: Int(try answer.integer(0)), othersWaiting: Int(try answer.integer(1)),
            request: try answer.request(2))
    }
}

extension FailedTask {
    init(_ answer: ScriptAnswer) throws(QueueError) {
        guard case .bytes(let bytes) = try answer.element(0), let now = Int64(try answer.text(2))
        else { throw answer.unexpected }
        self.init(
            element: bytes.withUnsafeBytes(TaskFrame.decode), readAt: now, digest: ScriptDigest.hex(bytes),
            chunksDone: try answer.text(1))
    }
}
