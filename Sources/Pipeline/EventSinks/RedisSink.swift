package import EventFormat
package import Events
package import Queue

/// Redis Streams: one stream per topic. An entry has the fields `key`, `value` and one per header.
package final class RedisSink: EventSink {
    private let streams: RedisStreams

    /// - Parameter maxLength: entries that a stream keeps, approximately; nil for all of them
    package init(_ configuration: QueueConfiguration, maxLength: Int? = nil) {
        streams = RedisStreams(configuration, maxLength: maxLength)
    }

    package func publish(_ messages: [SinkMessage]) throws(SinkError) {
        do {
            try streams.append(messages.map(Self.entry))
        } catch {
            throw SinkError("Redis does not take events: \(error)")
        }
    }

    private static func entry(_ message: SinkMessage) -> RedisStreams.Entry {
        var fields: [(name: String, value: [UInt8])] = []
        if let key = message.key { fields.append(("key", Array(key.utf8))) }
        fields.append(("value", message.value))
        fields += message.headers.map { ($0.name, Array($0.value.utf8)) }
        return RedisStreams.Entry(topic: message.topic, fields: fields)
    }
}
