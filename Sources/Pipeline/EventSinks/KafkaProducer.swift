@preconcurrency import CRdKafka
import EventFormat
import Glibc

/// An idempotent producer of librdkafka. It owns the handle and frees it. Blocking: it lives on the thread that uses it.
final class KafkaProducer {
    private let handle: OpaquePointer
    private let tally: DeliveryTally

    /// Milliseconds that one look for delivery reports takes at most.
    private static let pollMilliseconds: Int32 = 100

    /// - Parameter properties: librdkafka's own names
    init(_ properties: [String: String]) throws(SinkProblem) {
        tally = DeliveryTally()
        guard let configuration = rd_kafka_conf_new() else { throw SinkProblem("not enough memory for Kafka") }
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            var text = [CChar](repeating: 0, count: 512)
            guard rd_kafka_conf_set(configuration, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw SinkProblem("Kafka does not take the setting \(name)")
            }
        }
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(tally).toOpaque())
        rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
            guard let message, let opaque else { return }
            Unmanaged<DeliveryTally>.fromOpaque(opaque).takeUnretainedValue().note(message.pointee.err)
        }
        // Else librdkafka writes to standard error.
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        var text = [CChar](repeating: 0, count: 512)
        guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count) else {
            rd_kafka_conf_destroy(configuration)
            throw SinkProblem("the Kafka producer cannot be made: \(Self.words(text))")
        }
        self.handle = handle
    }

    deinit {
        rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        _ = rd_kafka_flush(handle, Self.pollMilliseconds)
        rd_kafka_destroy(handle)
    }

    private static func words(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Hands messages over and waits until the brokers have all of them.
    ///
    /// - Parameter milliseconds: to wait at most, from the last message on
    func send(_ messages: [SinkMessage], milliseconds: Int) throws(SinkProblem) {
        tally.begin()
        for message in messages {
            try produce(message)
            if message.flushes { _ = rd_kafka_flush(handle, Self.pollMilliseconds) }
        }
        let end = Self.now() + Int64(milliseconds)
        while tally.waiting > 0, Self.now() < end { rd_kafka_poll(handle, Self.pollMilliseconds) }
        if let error = tally.failure { throw SinkProblem("Kafka has not taken a message: \(Self.words(error))") }
        guard tally.waiting == 0 else {
            throw SinkProblem("Kafka has not confirmed \(tally.waiting) messages within \(milliseconds) ms")
        }
    }

    private static func words(_ error: rd_kafka_resp_err_t) -> String { String(cString: rd_kafka_err2str(error)) }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Waits while librdkafka's own queue is full.
    private func produce(_ message: SinkMessage) throws(SinkProblem) {
        while true {
            let code = try hand(message)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { break }
            guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else {
                throw SinkProblem("Kafka does not take a message for \(message.topic): \(Self.words(code))")
            }
            rd_kafka_poll(handle, Self.pollMilliseconds)
            if let error = tally.failure { throw SinkProblem("Kafka has not taken a message: \(Self.words(error))") }
        }
        tally.waiting += 1
        rd_kafka_poll(handle, 0)
    }

    private func hand(_ message: SinkMessage) throws(SinkProblem) -> rd_kafka_resp_err_t {
        let headers = rd_kafka_headers_new(message.headers.count)
        for header in message.headers {
            rd_kafka_header_add(headers, header.name, -1, header.value, header.value.utf8.count)
        }
        let code = Self.withKey(message.key) { key in
            message.value.withUnsafeBytes { value in
                message.topic.withCString { topic in
                    produce(topic: topic, key: key, value: value, headers: headers)
                }
            }
        }
        // A message that was taken owns its headers.
        if code != RD_KAFKA_RESP_ERR_NO_ERROR, let headers { rd_kafka_headers_destroy(headers) }
        return code
    }

    private static func withKey<Result>(_ key: String?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard var key else { return body(nil) }
        return key.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }

    private func produce(
        topic: UnsafePointer<CChar>, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer,
        headers: OpaquePointer?
    ) -> rd_kafka_resp_err_t {
        var parts = [
            part(RD_KAFKA_VTYPE_TOPIC) { $0.cstr = topic },
            part(RD_KAFKA_VTYPE_VALUE) {
                $0.mem.ptr = UnsafeMutableRawPointer(mutating: value.baseAddress)
                $0.mem.size = value.count
            },
            part(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = RD_KAFKA_MSG_F_COPY },
            part(RD_KAFKA_VTYPE_HEADERS) { $0.headers = headers },
        ]
        if let key {
            parts.append(
                part(RD_KAFKA_VTYPE_KEY) {
                    $0.mem.ptr = UnsafeMutableRawPointer(mutating: key.baseAddress)
                    $0.mem.size = key.count
                })
        }
        guard let error = rd_kafka_produceva(handle, parts, parts.count) else { return RD_KAFKA_RESP_ERR_NO_ERROR }
        defer { rd_kafka_error_destroy(error) }
        return rd_kafka_error_code(error)
    }

    private func part(
        _ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_s.__Unnamed_union_u) -> Void
    ) -> rd_kafka_vu_t {
        var part = rd_kafka_vu_t()
        part.vtype = type
        fill(&part.u)
        return part
    }
}

/// The messages that Kafka has not confirmed yet. Reports come in while the producer polls, on its own thread.
private final class DeliveryTally {
    var waiting = 0
    private(set) var failure: rd_kafka_resp_err_t?

    func begin() {
        waiting = 0
        failure = nil
    }

    func note(_ error: rd_kafka_resp_err_t) {
        waiting -= 1
        if error != RD_KAFKA_RESP_ERR_NO_ERROR, failure == nil { failure = error }
    }
}

/// Why a sink did not take messages.
struct SinkProblem: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
