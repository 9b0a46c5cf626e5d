package import EventFormat
package import Events

/// Kafka, through librdkafka's idempotent producer. A chunk's messages are safe when the brokers have confirmed all of them.
package final class KafkaSink: EventSink {
    private let properties: [String: String]
    private var producer: KafkaProducer?
    private let waitMilliseconds: Int

    /// Bytes of the largest message: brokers take less by default, and refuse what is larger.
    private static let maxMessageBytes = 50 << 20

    /// - Parameters:
    ///   - brokers: `host:port`, several separated by commas
    ///   - properties: further settings under librdkafka's names; they win
    package init(brokers: String, properties: [String: String] = [:], waitMilliseconds: Int = 30_000) {
        self.waitMilliseconds = waitMilliseconds
        let standard = [
            "bootstrap.servers": brokers, "enable.idempotence": "true", "linger.ms": "5",
            "message.max.bytes": String(Self.maxMessageBytes), "message.timeout.ms": String(waitMilliseconds),
            "queue.buffering.max.kbytes": "65536", "compression.codec": "none", "client.id": "relocation",
        ]
        self.properties = standard.merging(properties) { $1 }
    }

    package func publish(_ messages: [SinkMessage]) throws(SinkError) {
        guard !messages.isEmpty else { return }
        do throws(SinkProblem) {
            try open().send(messages, milliseconds: waitMilliseconds)
        } catch {
            // Messages may be under way still: the next attempt begins with a producer that knows of none.
            producer = nil
            throw SinkError(error.reason)
        }
    }

    private func open() throws(SinkProblem) -> KafkaProducer {
        if let producer { return producer }
        let new = try KafkaProducer(properties)
        producer = new
        return new
    }
}
