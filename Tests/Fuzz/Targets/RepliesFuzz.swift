import CHiredis

@testable import Queue

/// An answer from the wire, read by the worker's own library and given to every reader of answers. The same bytes are
/// also read as an element of a list.
enum RepliesFuzz {
    static func run(_ input: UnsafeRawBufferPointer) {
        element(input)
        text(String(decoding: input, as: UTF8.self))
        guard let reply = RedisReply(parsing: input) else { return }
        _ = (reply.integer, reply.text, reply.fields, reply.array?.count)
        if let status = RelocationStatus("u", snapshot: reply) { check(status) }
        do {
            let answer = try ScriptAnswer(.claim, reply)
            if case .claimed(let claim) = try ClaimResult(answer, leaseMilliseconds: 1) { check(claim.status) }
        } catch {
            check(error)
        }
        do {
            let answer = try ScriptAnswer(.tasks, reply).accepted("u")
            for case .bytes(let bytes) in answer.rest { bytes.withUnsafeBytes(element) }
            _ = try TaskPage(answer)
            _ = Renewal(.renew, reply)
            _ = try Acknowledgement(answer)
            check(try RelocationStatus("u", snapshot: answer.element(0)))
            _ = try FailedTask(answer)
        } catch {
            check(error)
        }
    }

    /// A frame that can be read is the one that would be written.
    private static func element(_ bytes: UnsafeRawBufferPointer) {
        switch TaskFrame.decode(bytes) {
        case .newer(let version): mustHold(version > Int(TaskFrame.version), "a newer frame is newer")
        case .malformed(let reason): mustHold(!reason.isEmpty, "a refusal has a reason")
        case .task(let task):
            guard let again = try? TaskFrame.encode(task) else { return }
            mustHold(again.elementsEqual(bytes), "a frame is written as it was read")
        }
    }

    private static func text(_ text: String) {
        let list = TextList.decode(text)
        mustHold(TextList.decode(TextList.encode(list)) == list, "a list is read as it was written")
        if let note = TaskNote(json: text) { mustHold(TaskNote(json: note.json) == note, "a note is kept") }
    }

    private static func check(_ status: RelocationStatus?) {
        guard let status else { return }
        mustHold(!status.uuid.isEmpty, "a status has its UUID")
    }

    private static func check(_ error: QueueError) { mustHold(!error.description.isEmpty, "an error has words") }
}

extension RedisReply {
    /// The library's result for bytes from the wire; nil if it needs more bytes or they are not Redis' protocol.
    fileprivate init?(parsing bytes: UnsafeRawBufferPointer) {
        guard let reader = redisReaderCreate() else { return nil }
        defer { redisReaderFree(reader) }
        BoundedReplies.apply(to: reader)
        var raw: UnsafeMutableRawPointer?
        guard redisReaderFeed(reader, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count) == REDIS_OK,
            redisReaderGetReply(reader, &raw) == REDIS_OK, let raw
        else { return nil }
        defer { freeReplyObject(raw) }
        self.init(copying: raw.assumingMemoryBound(to: redisReply.self))
    }
}
