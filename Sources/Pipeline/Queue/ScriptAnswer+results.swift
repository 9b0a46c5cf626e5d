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
        case "idle":
            let next = try answer.integer(0)
            self = .idle(
                Idle(
                    nextInMilliseconds: next < 0 ? nil : Int(next), openRelocations: Int(try answer.integer(1)),
                    foreign: (try answer.element(2).array ?? []).compactMap(\.text)))
        default:
            throw answer.unexpected
        }
    }
}

extension Acknowledgement {
    init(_ answer: ScriptAnswer) throws(QueueError) {
        self.init(
            remaining: Int(try answer.integer(0)), othersWaiting: Int(try answer.integer(1)),
            pauseRequested: try answer.integer(2) == 1, cancelRequested: try answer.integer(3) == 1)
    }
}

extension FailedTask {
    init(_ answer: ScriptAnswer) throws(QueueError) {
        guard case .bytes(let bytes) = try answer.element(0), let done = Int(try answer.text(1)),
            let now = Int64(try answer.text(2))
        else { throw answer.unexpected }
        self.init(
            element: bytes.withUnsafeBytes(TaskFrame.decode), readAt: now, digest: ScriptDigest.hex(bytes),
            chunksDone: done)
    }
}
