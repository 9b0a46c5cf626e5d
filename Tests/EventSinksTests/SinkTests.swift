import EventFormat
import EventSinks
import KafkaSupport
import Events
import Foundation
import Queue
import TestSupport
import Testing

struct SinkTests {
    private func message(_ number: Int, key: String? = "7") -> SinkMessage {
        SinkMessage(
            topic: "events", key: key, headers: [.init("event_id", "e\(number)"), .init("version", "2")],
            value: Array("[2,\"insert\",{\"n\":\(number)}]".utf8))
    }

    @Test func kafkaGetsTopicKeyHeadersAndValue() throws {
        let kafka = try MockKafka()
        let sink = KafkaSink(brokers: kafka.address)
        try sink.publish((0..<50).map { message($0) })
        try sink.publish([message(50, key: nil)])
        let found = try kafka.messages("events", count: 51)
        #expect(Set(found.map(\.value)) == Set((0...50).map { "[2,\"insert\",{\"n\":\($0)}]" }))
        #expect(found.count == 51)
        let last = try #require(found.first { $0.value.contains("50") })
        #expect(last.key == nil)
        #expect(last.headers == ["event_id=e50", "version=2"])
        #expect(found.filter { $0.key == "7" }.count == 50)
    }

    @Test func messagesOfAProjectKeepTheirOrder() throws {
        let kafka = try MockKafka()
        try KafkaSink(brokers: kafka.address).publish((0..<200).map { message($0) })
        let found = try kafka.messages("events", count: 200).map(\.value)
        #expect(found == (0..<200).map { "[2,\"insert\",{\"n\":\($0)}]" })
    }

    @Test func kafkaThatIsAwayIsAnErrorAndLaterTakesThem() throws {
        let kafka = try MockKafka(brokers: 1)
        let sink = KafkaSink(brokers: kafka.address, waitMilliseconds: 2_000)
        kafka.setDown(1)
        #expect(throws: SinkError.self) { try sink.publish([message(1)]) }
        kafka.setUp(1)
        try sink.publish([message(1)])
        #expect(try kafka.messages("events", count: 1).map(\.value).contains("[2,\"insert\",{\"n\":1}]"))
    }

    @Test func aSettingThatKafkaDoesNotKnowIsNamed() {
        let sink = KafkaSink(brokers: "127.0.0.1:1", properties: ["no.such.thing": "1"])
        #expect { try sink.publish([message(1)]) } throws: { "\($0)".contains("no.such.thing") }
    }

    @Test func filesGetOneMessageALine() throws {
        let folder = try TemporaryFolder()
        let sink = FileSink(path: folder.file("events.ndjson"))
        try sink.publish([message(1)])
        try sink.publish([message(2, key: nil)])
        let lines = folder.read("events.ndjson").split(separator: "\n")
        #expect(
            lines.first
                == #"{"topic":"events","key":"7","headers":[["event_id","e1"],["version","2"]],"value":[2,"insert",{"n":1}]}"#
        )
        #expect(lines.count == 2)
        let absent = FileSink(path: folder.file("no/such/folder"))
        #expect(throws: SinkError.self) { try absent.publish([message(1)]) }
    }

    @Test func redisStreamsKeepAllUnlessTold() throws {
        let redis = try RedisServer()
        let configuration = try QueueConfiguration(url: RedisURL(redis.url))
        try RedisSink(configuration).publish((0..<600).map { message($0) })
        #expect(try redis.cli(["XLEN", "{relocation}:events:events"]) == "600")
        let first = try redis.cli(["XRANGE", "{relocation}:events:events", "-", "+", "COUNT", "1"])
        for part in ["key", "7", "value", "[2,\"insert\",{\"n\":0}]", "event_id", "e0"] {
            #expect(first.contains(part))
        }
        try RedisSink(configuration, maxLength: 100).publish((0..<600).map { message($0) })
        #expect(try #require(Int(redis.cli(["XLEN", "{relocation}:events:events"]))) < 400)
    }

    @Test func addressesOfSinks() {
        #expect(SinkAddress("redis") == .redis)
        #expect(SinkAddress("none") == SinkAddress.none)
        #expect(SinkAddress("file:///var/x") == .file("/var/x"))
        #expect(SinkAddress("kafka://a:1,b:2") == .kafka("a:1,b:2"))
        for text in ["", "file://x", "kafka://", "kafka://user:secret@host:1", "http://x"] {
            #expect(SinkAddress(text) == nil, "\(text)")
        }
    }
}
