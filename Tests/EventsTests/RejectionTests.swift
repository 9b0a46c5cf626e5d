import EventFormat
import Events
import ExportFormat
import Storage
import Testing

/// An event that cannot be saved is rejected by itself, with place and reason.
struct RejectionTests {
    @Test(arguments: [
        (#"{"event_id":"zz"}"#, "event_id"), (#"{"event_id":"0123456789abcdef"}"#, "event_id"),
        (#"{"timestamp":"x"}"#, "timestamp"), (#"{"timestamp":99999999999}"#, "timestamp"),
        (#"{"timestamp":-1}"#, "timestamp"), (#"{"timestamp":1e400}"#, "timestamp"),
        (#"{"release":"a/b"}"#, "release"), (#"{"release":7}"#, "release"),
        (#"{"environment":"a\u0000b"}"#, "environment"), (#"{"dist":"a\u0000"}"#, "dist"),
        (#"{"culprit":"a\u0000b"}"#, "culprit"), (#"{"level":"a\u0000b"}"#, "level"), (#"{"level":7}"#, "level"),
        (#"{"platform":[]}"#, "platform"), (#"{"logger":{}}"#, "logger"),
        (#"{"hashes":[]}"#, "hashes"), (#"{"hashes":[7]}"#, "hashes"), (#"{"tags":{}}"#, "tags"),
        (#"{"tags":[["a"]]}"#, "tags"), (#"{"type":[]}"#, "type"), (#"{"contexts":[]}"#, "contexts"),
        (#"{"type":"transaction","transaction":"t","contexts":{"trace":{}}}"#, "spans"),
        (#"{"type":"transaction","transaction":"t","contexts":{"trace":{}},"spans":[7]}"#, "spans.0"),
        (#"{"type":"transaction","transaction":null,"contexts":{"trace":{}},"spans":[]}"#, "transaction"),
        (#"{"type":"transaction","transaction":"t","spans":[]}"#, "contexts.trace"),
    ])
    func aBadEventIsRejectedByItself(_ change: String, _ place: String) throws {
        let history = try History(.sqlite)
        let result = try history.save(
            History.uuids[0], 1, [try History.event(1), try History.event(7, change), try History.event(2)])
        #expect(result.rejections.map(\.place) == [1])
        #expect(result.rejections.first?.rejection.place == place)
        #expect(try history.count("nodestore_node") == 2)
        #expect(result.messages.filter { $0.topic == "events" }.count == 2)
    }

    @Test func otherRejections() throws {
        let history = try History(.sqlite)
        var many = try History.event(7)
        many["tags"] = .list((0..<100_000).map { .list([.text("k\($0)"), .text("v")]) })
        let inputs: [Result<EventSaving.Input, EventRejection>] = [
            .success(EventSaving.Input(project: 99, body: try History.event(8))),
            .success(EventSaving.Input(project: 5, body: many)), .failure(EventLine.tooLong),
            .success(EventSaving.Input(project: 5, body: .text("x"))),
        ]
        let result = try history.destination(History.uuids[0]).save(
            inputs, firstOrdinal: 1, digest: "", now: 1_795_000_000_000_000)
        #expect(
            result.fates == [
                "rejected:unknown-project", "rejected:too-many-tags", "rejected:too-large", "rejected:not-an-object",
            ])
        #expect(result.messages.isEmpty)
    }

    @Test(arguments: [
        (#"{"status":5}"#, "status"), (#"{"status":null}"#, "status"), (#"{"timesSeen":-1}"#, "timesSeen"),
        (#"{"timesSeen":99999999999}"#, "timesSeen"), (#"{"shortId":0}"#, "shortId"), (#"{"hashes":[]}"#, "hashes"),
        (#"{"firstSeen":"yesterday"}"#, "firstSeen"), (#"{"lastSeen":null}"#, "lastSeen"), (#"{"data":[]}"#, "data"),
        (#"{"firstRelease":"a/b"}"#, "firstRelease"), (#"{"message":"a\u0000"}"#, "message"),
        (#"{"assignee":{"robot":1}}"#, "assignee"), (#"{"project":"5"}"#, "project"), (#"{"id":1.5}"#, "id"),
    ])
    func aBadGroupIsRejectedWithItsPlace(_ change: String, _ place: String) throws {
        let found = #expect(throws: EventRejection.self) { try History.group(["aa"], change) }
        #expect(found?.place == place)
    }
}
