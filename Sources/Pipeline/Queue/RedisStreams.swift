/// Appends entries to streams, one per topic: `{prefix}:events:<topic>`. One connection, on the thread that uses it.
package final class RedisStreams {
    package struct Entry: Sendable {
        package let topic: String
        package let fields: [(name: String, value: [UInt8])]

        package init(topic: String, fields: [(name: String, value: [UInt8])]) {
            self.topic = topic
            self.fields = fields
        }
    }

    private let connection: RedisConnection
    private let keys: QueueKeys
    private let maxLength: Int?

    /// Bytes and commands that go to Redis at once, approximately.
    private static let maxBytes = 1 << 20
    private static let maxCommands = 256

    package init(_ configuration: QueueConfiguration, maxLength: Int?) {
        connection = RedisConnection(configuration)
        keys = QueueKeys(prefix: configuration.prefix)
        self.maxLength = maxLength
    }

    /// Returns when Redis has all entries. After an error nothing is known of them.
    package func append(_ entries: [Entry]) throws(QueueError) {
        var commands = RedisCommands()
        for entry in entries {
            commands.append(command(entry))
            if commands.bytes.count >= Self.maxBytes || commands.count >= Self.maxCommands {
                try send(commands)
                commands = RedisCommands()
            }
        }
        if commands.count > 0 { try send(commands) }
    }

    private func command(_ entry: Entry) -> [RedisArgument] {
        var arguments: [RedisArgument] = ["XADD", .text(keys.events(entry.topic))]
        if let maxLength { arguments += ["MAXLEN", "~", .number(maxLength)] }
        arguments.append("*")
        for (name, value) in entry.fields { arguments += [.text(name), .bytes(value)] }
        return arguments
    }

    private func send(_ commands: RedisCommands) throws(QueueError) {
        for reply in try connection.exchange(commands) {
            if case .error(let text) = reply { throw QueueError(serverError: text, caller: connection.caller) }
        }
    }
}
