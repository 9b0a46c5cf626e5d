package import Events
package import Queue

/// Where events go, as an operator writes it.
package enum SinkAddress: Sendable, Equatable {
    /// `redis`: streams beside the queue.
    case redis
    /// `file:///path`
    case file(String)
    /// `kafka://host:port,host:port`
    case kafka(String)
    /// `none`: rows only.
    case none

    /// nil for anything else.
    package init?(_ text: String) {
        if text == "redis" {
            self = .redis
        } else if text == "none" {
            self = .none
        } else if text.hasPrefix("file:///"), text.count > "file:///".count {
            self = .file(String(text.dropFirst("file://".count)))
        } else if text.hasPrefix("kafka://"), text.count > "kafka://".count, !text.contains("@") {
            self = .kafka(String(text.dropFirst("kafka://".count)))
        } else {
            return nil
        }
    }
}

/// How a worker publishes events.
package struct SinkSettings: Sendable {
    package var address = SinkAddress.redis
    /// Settings of librdkafka, for instance where its keys are.
    package var kafkaProperties: [String: String] = [:]
    /// Entries that a Redis stream keeps; nil for all.
    package var streamLimit: Int?

    package init() {}

    /// A sink of one thread's own.
    package func sink(_ queue: QueueConfiguration) -> any EventSink {
        switch address {
        case .redis: RedisSink(queue, maxLength: streamLimit)
        case .file(let path): FileSink(path: path)
        case .kafka(let brokers): KafkaSink(brokers: brokers, properties: kafkaProperties)
        case .none: NoSink()
        }
    }
}
