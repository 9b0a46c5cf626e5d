/// A row that got another name, as the queue keeps it.
public struct Renaming: Sendable, Hashable {
    /// Which row; opaque to the queue.
    public let subject: String
    /// Its first name.
    public let from: String
    /// The name that it has now.
    public let to: String

    public init(subject: String, from: String, to: String) {
        self.subject = subject
        self.from = from
        self.to = to
    }
}

extension Renaming {
    /// As scripts take it. Each text is cut to `RelocationQueue.renamedTextBytes`.
    var arguments: [RedisArgument] {
        [subject, from, to].map { .text(RelocationQueue.cut($0, RelocationQueue.renamedTextBytes)) }
    }

    /// From a flat list of subject, first name and name now.
    static func list(_ reply: RedisReply) -> [Renaming] {
        let texts = (reply.array ?? []).map { $0.text ?? "" }
        return stride(from: 0, to: texts.count - texts.count % 3, by: 3).map { index in
            Renaming(subject: texts[index], from: texts[index + 1], to: texts[index + 2])
        }
    }
}
