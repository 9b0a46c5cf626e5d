internal import CRdKafka
import Foundation
import TestSupport

/// librdkafka's own mock cluster: brokers on ports of this machine, in this process. It speaks the protocol of Kafka.
package final class MockKafka {
    private let owner: OpaquePointer
    private let cluster: OpaquePointer

    package init(brokers: Int = 3) throws {
        let configuration = rd_kafka_conf_new()
        var text = [CChar](repeating: 0, count: 512)
        rd_kafka_conf_set(configuration, "test.mock.num.brokers", String(brokers), &text, text.count)
        guard let owner = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count),
            let cluster = rd_kafka_handle_mock_cluster(owner)
        else { throw Failure("no mock cluster") }
        self.owner = owner
        self.cluster = cluster
    }

    deinit { rd_kafka_destroy(owner) }

    package struct Failure: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    package var address: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    package func setDown(_ broker: Int32) { rd_kafka_mock_broker_set_down(cluster, broker) }
    package func setUp(_ broker: Int32) { rd_kafka_mock_broker_set_up(cluster, broker) }

    /// A message as a reader gets it.
    package struct Message: Equatable {
        package let key: String?
        package let value: String
        package let headers: [String]
    }

    /// All messages of a topic, from its beginning.
    package func messages(_ topic: String, count: Int, seconds: Double = 20) throws -> [Message] {
        let configuration = rd_kafka_conf_new()
        var text = [CChar](repeating: 0, count: 512)
        for (name, value) in [
            ("bootstrap.servers", address), ("group.id", UUID().uuidString), ("auto.offset.reset", "earliest"),
        ] {
            rd_kafka_conf_set(configuration, name, value, &text, text.count)
        }
        guard let reader = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, &text, text.count) else {
            throw Failure("no consumer")
        }
        defer { rd_kafka_destroy(reader) }
        rd_kafka_poll_set_consumer(reader)
        let topics = rd_kafka_topic_partition_list_new(8)
        for partition in 0..<Int32(4) {
            rd_kafka_topic_partition_list_add(topics, topic, partition)
            rd_kafka_topic_partition_list_set_offset(topics, topic, partition, Int64(RD_KAFKA_OFFSET_BEGINNING))
        }
        rd_kafka_assign(reader, topics)
        rd_kafka_topic_partition_list_destroy(topics)
        var found: [Message] = []
        let end = Date().addingTimeInterval(seconds)
        while found.count < count, Date() < end {
            guard let message = rd_kafka_consumer_poll(reader, 200) else { continue }
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { found.append(Self.read(message)) }
            rd_kafka_message_destroy(message)
        }
        return found
    }

    private static func read(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Message {
        let value = UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)
        let key = message.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len) }
        var headers: OpaquePointer?
        var found: [String] = []
        if rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            while rd_kafka_header_get_all(headers, found.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
                let name
            {
                let text = String(decoding: UnsafeRawBufferPointer(start: value, count: size), as: UTF8.self)
                found.append("\(String(cString: name))=\(text)")
            }
        }
        return Message(
            key: key.map { String(decoding: $0, as: UTF8.self) }, value: String(decoding: value, as: UTF8.self),
            headers: found)
    }
}
