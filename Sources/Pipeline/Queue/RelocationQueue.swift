/// The queue of relocations in one Redis, seen by one thread. Blocking and not `Sendable`: it lives on the executor of
/// the work that uses it, never on the cooperative pool.
///
/// A connection that fails is closed, and the next call opens another. A call that failed with a passing error may
/// have happened: the same call again is safe, on the same object, and does not happen twice.
///
///     begin ─▶ UPLOADING ──publish──▶ waiting ──claim──▶ leased ──complete──▶ SUCCESS
///                 │ abandon             ▲ ▲                │││
///                 ▼                     │ └─ postpone, release, yieldTurn, lease runs out
///              nothing                  │                  ││
///                                retry, │                  │└──fail, cancel──▶ FAILURE ──retry──▶ waiting
///                                unpause│                  └──pause──▶ PAUSE ──unpause──▶ waiting
///
/// `pause` and `cancel` act at once on a waiting relocation; a leased one follows when its lease ends, whichever way.
/// `abort` takes the lease away. `delete` removes the payload where nobody works on it: PAUSE (which then fails),
/// FAILURE, SUCCESS, and an upload whose enqueuer is gone.
public final class RelocationQueue {
    public let configuration: QueueConfiguration
    let connection: RedisConnection
    let keys: QueueKeys
    /// Tasks pushed so far by upload token: where the next batch belongs.
    var pushed: [Int64: Int] = [:]
    /// Bytes that surely fit Redis since it was asked last.
    var roomLeft = 0
    /// Acknowledgements without an answer, by fencing token: sent again they keep their name.
    var unanswered: [Int64: String] = [:]
    /// Tasks finished before the next acknowledgement, by fencing token: where it belongs.
    var finished: [Int64: Int] = [:]
    private var acknowledgements = 0
    /// Tells the acknowledgements of this object from those of others.
    private let identity = String(UInt64.random(in: .min ... .max), radix: 36)

    /// Connects, so that a wrong address or password shows at once. Ignores SIGPIPE for the whole process.
    public init(_ configuration: QueueConfiguration) throws(QueueError) {
        self.configuration = configuration
        keys = QueueKeys(prefix: configuration.prefix)
        connection = RedisConnection(configuration)
        try connection.open()
    }

    /// Closes the connection; the next call opens another.
    public func disconnect() { connection.close() }

    /// The end of a fencing token: see `Script`.
    static func randomDigits() -> String { String(1_000_000 + Int.random(in: 0..<1_000_000)).dropFirst().description }

    func nameAcknowledgement() -> String {
        acknowledgements += 1
        return "\(identity).\(acknowledgements)"
    }
}

@available(*, unavailable)
extension RelocationQueue: Sendable {}

// MARK: Running scripts

/// One run of a script.
struct ScriptCall {
    let script: Script
    let keys: [String]
    let arguments: [RedisArgument]

    func command(_ verb: String, _ text: String) -> [RedisArgument] {
        [.text(verb), .text(text), .number(keys.count)] + keys.map(RedisArgument.text) + arguments
    }
}

extension RelocationQueue {
    /// A script on one relocation: its keys and the arguments all of them share come first.
    func callFor(
        _ script: Script, _ uuid: String, keys more: [String] = [], _ arguments: [RedisArgument] = []
    ) throws(QueueError) -> ScriptCall {
        guard RelocationQueue.isUUID(uuid) else {
            throw QueueError(
                .invalidArgument, "A relocation's UUID is malformed.", remedy: "It is dashed and in lower case.")
        }
        return ScriptCall(
            script: script, keys: keys.all(of: uuid) + more, arguments: [.text(keys.base), .text(uuid)] + arguments)
    }

    /// Runs a script; its answer's first word and the rest.
    func run(_ call: ScriptCall) throws(QueueError) -> ScriptAnswer {
        let reply = try connection.exchange(RedisCommands(call.command("EVALSHA", call.script.sha)))[0]
        if case .error(let text) = reply, text.hasPrefix("NOSCRIPT") {
            return try ScriptAnswer(
                call.script, try connection.exchange(RedisCommands(call.command("EVAL", call.script.text)))[0])
        }
        return try ScriptAnswer(call.script, reply)
    }

    /// Runs calls of one script in one exchange. Safe only for scripts that change nothing when they are sent again:
    /// a server that forgot the script gets all of them twice.
    func run(_ script: Script, _ calls: [ScriptCall]) throws(QueueError) -> [ScriptAnswer] {
        var commands = RedisCommands()
        for call in calls { commands.append(call.command("EVALSHA", script.sha)) }
        if !connection.knownScripts.contains(script.sha) { try load(script) }
        var replies = try connection.exchange(commands)
        if replies.contains(where: RelocationQueue.isUnknownScript) {
            try load(script)
            replies = try connection.exchange(commands)
        }
        var answers: [ScriptAnswer] = []
        for reply in replies { answers.append(try ScriptAnswer(script, reply)) }
        return answers
    }

    private func load(_ script: Script) throws(QueueError) {
        _ = try connection.call(["SCRIPT", "LOAD", .text(script.text)])
        connection.knownScripts.insert(script.sha)
    }

    private static func isUnknownScript(_ reply: RedisReply) -> Bool {
        if case .error(let text) = reply { text.hasPrefix("NOSCRIPT") } else { false }
    }

    /// Dashed, lower case.
    static func isUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 36
            && bytes.enumerated().allSatisfy { index, byte in
                switch index {
                case 8, 13, 18, 23: byte == UInt8(ascii: "-")
                default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
                }
            }
    }
}

/// What a script answered.
struct ScriptAnswer {
    let script: Script
    let word: String
    let rest: ArraySlice<RedisReply>

    init(_ script: Script, _ reply: RedisReply) throws(QueueError) {
        if case .error(let text) = reply { throw QueueError(serverError: text) }
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
        case "lost": throw .leaseLost
        case "missing": throw .notFound(uuid)
        case "conflict": throw .refusal(try text(0), uuid)
        default: throw unexpected
        }
    }
}
