import Catalogue
import EventFormat
import Events
import ExportFormat
import Storage
import Testing

/// The state of issues comes along: it wins over what their events would make of it.
struct GroupTests {
    private static let columns = [
        "status", "times_seen", "short_id", "priority", "level", "view", "first_seen", "last_seen", "active_at",
    ]
    private static let told: [Value] = [
        .integer(1), .integer(100), .integer(42), .integer(50), .integer(30), .text("there"),
        .timestamp(1_696_118_400_000_000), .timestamp(1_700_438_400_000_000), .timestamp(1_700_352_000_000_000),
    ]

    @Test(arguments: Engine.allCases) func theStateOfTheSourceWins(_ engine: Engine) throws {
        let history = try History(engine)
        let saved = try history.tell(History.uuids[0], 1, [try History.group(["aa", "bb"])])
        #expect(saved.fates == [""])
        // A later event of a resolved issue would make it unresolved; two hashes lead to the one issue.
        let events = [try History.event(1, at: 900_000), try History.event(2, hash: "bb")]
        let messages = try history.save(History.uuids[0], 1, events).messages
        #expect(messages.filter { $0.topic == "events" }.count == 2)
        #expect(messages.allSatisfy { !$0.headers.contains(SinkMessage.Header("is_regression", "1")) })
        var expected = Self.told
        expected[7] = .timestamp(Int64(History.start + 900_000) * 1_000_000)
        #expect(try history.row("sentry_groupedmessage", Self.columns) == expected)
        #expect(try history.row("sentry_groupasignee", ["user_id", "team_id"]) == [.integer(3), .null])
        let first = try history.row("sentry_groupedmessage", ["first_release_id"])[0]
        let releases = try history.site.rows("sentry_release", ["id", "version"])
        #expect(releases.contains([first, .text("p@0.9")]))
        #expect(try history.row("sentry_projectcounter", ["value"]) == [.integer(42)])
        #expect(try history.count("sentry_activity") == 0)
    }

    @Test("Events before and after the state, again and by others, count once", arguments: Engine.allCases)
    func counts(_ engine: Engine) throws {
        for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0, 1, 2, 0]] {
            let history = try History(engine)
            let steps: [() throws -> Void] = [
                { try history.tell(History.uuids[0], 1, [try History.group()]) },
                { try history.save(History.uuids[0], 1, [try History.event(1), try History.event(2)]) },
                { try history.tell(History.uuids[1], 1, [try History.group()]) },
            ]
            for step in order { try steps[step]() }
            #expect(try history.row("sentry_groupedmessage", ["times_seen"]) == [.integer(100)], "\(order)")
        }
    }

    @Test(arguments: Engine.allCases) func aReplayTellsTheSameOfGroups(_ engine: Engine) throws {
        let history = try History(engine)
        let first = try history.tell(History.uuids[0], 1, [try History.group()])
        let second = try history.tell(History.uuids[0], 1, [try History.group()])
        #expect(second.isReplay && first.messages == second.messages)
        let text = String(decoding: try #require(first.messages.first).value, as: UTF8.self)
        #expect(first.messages.map(\.topic) == ["group-attributes"])
        #expect(text.contains(#""status":1"#) && text.contains(#""assignee_user_id":3"#), "\(text)")
    }

    @Test func anIssueOfTheDestinationKeepsItsNumber() throws {
        let history = try History(.sqlite)
        // The destination's own issue, which it has counted itself.
        try history.save(History.uuids[0], 1, [try History.event(1)])
        try history.site.database.delete(from: OwnTables.standard.eventChunks, where: [])
        try history.tell(History.uuids[1], 1, [try History.group()])
        #expect(
            try history.row("sentry_groupedmessage", ["short_id", "times_seen", "status"])
                == [.integer(1), .integer(101), .integer(1)])
        // Another issue that wants a number that is taken gets the next one.
        try history.tell(History.uuids[1], 2, [try History.group(["cc"], #"{"id":78,"shortId":1}"#)])
        let numbers = try history.site.rows("sentry_groupedmessage", ["short_id"]).map { $0[0] }
        #expect(numbers == [.integer(1), .integer(2)])
    }

    @Test func anIssueThatWasDiscardedStaysSo() throws {
        let history = try History(.sqlite)
        try history.site.seed(
            "sentry_grouphash",
            [
                try parsed(
                    #"{"id":1,"project_id":5,"hash":"\#(String(repeating: "aa", count: 16))","group_id":null,"group_tombstone_id":9}"#
                )
            ])
        #expect(try history.tell(History.uuids[0], 1, [try History.group()]).fates == ["discarded"])
        #expect(try history.count("sentry_groupedmessage") == 0)
    }

    @Test(arguments: Engine.allCases) func groupsAreReadAsTheyAreWritten(_ engine: Engine) throws {
        let history = try History(engine)
        try history.tell(History.uuids[0], 1, [try History.group(["aa", "bb"])])
        try history.save(History.uuids[0], 1, [try History.event(1)])
        let groups = try GroupScan(history.site.database, .standard)
        var events = 0
        let summary = try EventScan(projects: [5]).run(history.site.database, .standard, groups: groups) { _ in
            events += 1
        }
        #expect(events == 1 && summary.projects[5]?.types == ["error": 1])
        var lines: [[UInt8]] = []
        #expect(try groups.run { lines.append($0) } == (1, 0))
        let line = try GroupLine(lines[0].dropLast(), ValueReader(maxDepth: 64))
        let original = try History.group(["aa", "bb"])
        #expect(line.hashes.sorted() == original.hashes.sorted())
        #expect(line.state == original.state && line.times == original.times && line.assignee == original.assignee)
        #expect(line.about == original.about && line.firstRelease == "p@0.9" && line.shortID == 42)
    }

    @Test(arguments: Engine.allCases) func newEventsFindTheOldIssues(_ engine: Engine) throws {
        let history = try History(engine)
        let now: Int64 = 1_800_000_000_000_000
        for _ in 0..<2 {
            try history.destination(History.uuids[0]).continueIssues(
                of: [5: "legacy:2019-03-12", 6: "newstyle:2023-01-11"], now: now)
        }
        let options = try history.site.rows("sentry_projectoptions", ["project_id", "key", "value"])
        #expect(
            options == [
                [.integer(5), .text("sentry:secondary_grouping_config"), .text(#""legacy:2019-03-12""#)],
                [.integer(5), .text("sentry:secondary_grouping_expiry"), .text("1802592000")],
            ])
    }
}
