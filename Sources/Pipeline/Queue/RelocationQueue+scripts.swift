internal import Glibc

// How scripts are run.
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

    /// Runs a script, again after a transient error as far as `callRetries` goes; its answer's first word and the rest.
    func run(_ call: ScriptCall) throws(QueueError) -> ScriptAnswer {
        var pause = CallRetries.firstPauseMilliseconds
        var deadline: ContinuousClock.Instant?
        while true {
            do throws(QueueError) { return try runOnce(call) } catch {
                guard error.isTransient, let callRetries else { throw error }
                let end = deadline ?? .now + .milliseconds(callRetries.limitMilliseconds)
                deadline = end
                guard .now + .milliseconds(pause) < end, callRetries.mayRetry(error) else { throw error }
            }
            usleep(UInt32(pause) * 1_000)
            pause = min(pause * 2, CallRetries.longestPauseMilliseconds)
        }
    }

    private func runOnce(_ call: ScriptCall) throws(QueueError) -> ScriptAnswer {
        do throws(QueueError) { return try answer(call) } catch {
            throw error.kind == .authentication || error.kind == .unsupported ? explained(error) : error
        }
    }

    /// Sends a script once.
    func answer(_ call: ScriptCall) throws(QueueError) -> ScriptAnswer {
        let reply = try connection.exchange(RedisCommands(call.command("EVALSHA", call.script.sha)))[0]
        if case .error(let text) = reply, text.hasPrefix("NOSCRIPT") {
            let reply = try connection.exchange(RedisCommands(call.command("EVAL", call.script.text)))[0]
            return try ScriptAnswer(call.script, reply, caller: connection.caller)
        }
        return try ScriptAnswer(call.script, reply, caller: connection.caller)
    }

    /// Runs calls of one script in one exchange. Safe only for scripts that change nothing when they are sent again:
    /// a server that forgot the script gets all of them twice.
    ///
    /// Returns one reply per call, errors among them.
    func replies(_ script: Script, _ calls: [ScriptCall]) throws(QueueError) -> [RedisReply] {
        var commands = RedisCommands()
        for call in calls { commands.append(call.command("EVALSHA", script.sha)) }
        if !connection.knownScripts.contains(script.sha) { try load(script) }
        var replies = try connection.exchange(commands)
        if replies.contains(where: RelocationQueue.isUnknownScript) {
            try load(script)
            replies = try connection.exchange(commands)
        }
        return replies
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
