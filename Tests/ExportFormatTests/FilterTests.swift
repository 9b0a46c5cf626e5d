import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct FilterParsingTests {
    @Test func splitsOnCommasWithoutTrimming() throws {
        #expect(try ExportFilter.usernames(parsing: "a, b,a,c\n") == .usernames(["a", " b", "c\n"]))
        #expect(try ExportFilter.organizationSlugs(parsing: "one") == .organizationSlugs(["one"]))
        #expect(try ExportFilter.usernames(parsing: "a,,b") == .usernames(["a", "", "b"]))
    }

    @Test(arguments: ["", ",", ",,"])
    func refusesAnEmptyList(_ text: String) {
        let error = #expect(throws: ExportError.self) { try ExportFilter.usernames(parsing: text) }
        #expect(error?.kind == .badFilter && error?.kind.exitCode == 64)
    }
}

@Suite struct FilterTests {
    /// `model:pk` of every queued row, in order.
    private static func queued(_ rows: [String], _ scope: ImportScope, _ filter: ExportFilter) throws -> [String] {
        let fixture = try Fixture("[" + rows.joined(separator: ",") + "]")
        let survey = try fixture.survey(scope, filter: filter)
        var out: [String] = []
        for chunk in try fixture.chunks(survey) {
            for row in try ChunkDecoder.decode(
                chunk.payload, model: model(chunk.model), now: fixedNow, catalogue: .standard)
            {
                out.append("\(chunk.model.dropFirst(7)):\(row.sourcePK.map(String.init) ?? "-")")
            }
        }
        #expect(Int(survey.rowsQueued) == out.count)
        #expect(survey.leftOut.totals.droppedTotal == rows.count - out.count)
        return out
    }

    private static let users = [
        record("sentry.user", pk: "1", #"{"username": "ann", "email": "ann@x.org"}"#),
        record("sentry.user", pk: "2", #"{"username": "Ann", "email": "other@x.org"}"#),
        record("sentry.user", pk: "3", #"{"username": "bob", "email": "bob@x.org"}"#),
        record("sentry.user", pk: "4", #"{"username": "nil", "email": null}"#),
        record("sentry.user", pk: "5", #"{"username": 7, "email": "seven@x.org"}"#),
        record("sentry.email", pk: "1", #"{"email": "ann@x.org"}"#),
        record("sentry.email", pk: "2", #"{"email": "ANN@x.org"}"#),
        record("sentry.email", pk: "3", #"{"email": "bob@x.org"}"#),
        record("sentry.email", pk: "4", #"{"email": null}"#),
        record("sentry.email", pk: "5", #"{"email": "seven@x.org"}"#),
        record("sentry.useremail", pk: "1", #"{"user": 3}"#),
    ]

    @Test func takesUsersAndTheirPrimaryAddresses() throws {
        #expect(try Self.queued(Self.users, .users, .usernames(["ann"])) == ["user:1", "email:1", "useremail:1"])
        #expect(try Self.queued(Self.users, .users, .usernames(["Ann", "nobody"])) == ["user:2", "useremail:1"])
        #expect(
            try Self.queued(Self.users, .config, .usernames(["nil", "7"])) == [
                "user:4", "user:5", "email:4", "email:5", "useremail:1",
            ])
    }

    /// With a filter that names nobody of the file the reference imports what no filter concerns.
    @Test func refusesNamesThatTheFileDoesNotHold() throws {
        for (rows, filter, words) in [
            (Self.users, .usernames(["nobody", ""]), "no user that the filter names: \"nobody\""),
            (Self.organizations, .organizationSlugs(["One"]), "no organization that the filter names: \"One\""),
        ] as [([String], ExportFilter, String)] {
            let error = #expect(throws: ExportError.self) { try Self.queued(rows, .organizations, filter) }
            #expect(error?.kind == .badFilter && error?.kind.exitCode == 64)
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        }
    }

    /// Organizations behind the members are imported, though their members are not looked up.
    @Test func namesAreFoundBehindTheMembers() throws {
        let rows = [
            record("sentry.organizationmember", pk: "1", #"{"organization": 10}"#), record("sentry.team", "{}"),
            Self.organizations[0],
        ]
        let queued = try Self.queued(rows, .organizations, .organizationSlugs(["one"]))
        #expect(queued.contains("organization:10"))
    }

    @Test func warnsOfNamesThatAreMissing() throws {
        let names = Set((1...12).map { "n\($0 + 10)" } + ["ann"])
        let survey = try Fixture("[" + Self.users.joined(separator: ",") + "]").survey(
            .users, filter: .usernames(names))
        #expect(
            survey.warnings.last
                == "the filter names users that the file does not hold: "
                + (11...20).map { "\"n\($0)\"" }.joined(separator: ", ") + " and 2 more")
    }

    @Test func takesAddressesThatPrecedeTheirUsers() throws {
        #expect(
            try Self.queued(Self.users.reversed(), .users, .usernames(["bob"])) == ["useremail:1", "email:3", "user:3"])
    }

    /// Swift takes both spellings for the same text; Python, and the database, do not.
    @Test func comparesBytes() throws {
        let rows = [record("sentry.user", #"{"username": "e\u0301"}"#)]
        #expect(throws: ExportError.self) { try Self.queued(rows, .users, .usernames(["\u{E9}"])) }
        #expect(try Self.queued(rows, .users, .usernames(["e\u{301}"])) == ["user:1"])
    }

    @Test func accountsForWhatIsFiltered() throws {
        let survey = try Fixture("[" + Self.users.joined(separator: ",") + "]").survey(
            .users, filter: .usernames(["ann"]))
        #expect(
            survey.leftOut.models.mapValues(\.dropped) == [
                "sentry.user": ["filtered": 4], "sentry.email": ["filtered": 4],
            ])
    }

    private static let organizations = [
        record("sentry.organization", pk: "10", #"{"slug": "one"}"#),
        record("sentry.organization", pk: "11", #"{"slug": "two"}"#),
        record("sentry.team", pk: "1", #"{"organization": 11}"#),
        record("sentry.user", pk: "1", #"{"username": "one", "email": "a@x.org"}"#),
        record("sentry.user", pk: "2", #"{"username": "b", "email": "b@x.org"}"#),
        record("sentry.user", pk: "3", #"{"username": "c"}"#),
        record("sentry.user", pk: "null", #"{"username": "d"}"#),
        record("sentry.organizationmember", pk: "1", #"{"organization": 10, "user_id": 1}"#),
        record("sentry.organizationmember", pk: "2", #"{"organization_id": "10", "user_id": "3"}"#),
        record("sentry.organizationmember", pk: "3", #"{"organization": 11, "user_id": 2}"#),
        record("sentry.organizationmember", pk: "4", #"{"organization": 10, "user_id": null}"#),
        record("sentry.email", pk: "1", #"{"email": "a@x.org"}"#),
    ]

    @Test func takesOrganizationsAndTheirMembers() throws {
        #expect(
            try Self.queued(Self.organizations, .organizations, .organizationSlugs(["one"])) == [
                "organization:10", "team:1", "user:1", "user:3", "organizationmember:1", "organizationmember:2",
                "organizationmember:3",
                "organizationmember:4",
            ])
    }

    /// Once member rows have begun, the scan ends at a row that is neither user, organization nor member.
    @Test func stopsItsScan() throws {
        let member = { (user: Int) in
            record("sentry.organizationmember", pk: "\(user)", "{\"organization\": 10, \"user_id\": \(user)}")
        }
        let user = { (pk: Int) in record("sentry.user", pk: "\(pk)", "{}") }
        let rows = [
            Self.organizations[0], record("sentry.team", "{}"), member(1), user(1), user(2), user(3), member(2),
            record("sentry.team", pk: "2", "{}"), member(3),
        ]
        let queued = try Self.queued(rows, .organizations, .organizationSlugs(["one"]))
        #expect(queued.filter { $0.hasPrefix("user") } == ["user:1", "user:2"])
    }

    @Test func needsOrganizationsBeforeTheirMembers() throws {
        let rows = [
            record("sentry.organizationmember", #"{"organization": 10, "user_id": 1}"#), Self.organizations[0],
            record("sentry.user", "{}"),
        ]
        #expect(
            try Self.queued(rows, .organizations, .organizationSlugs(["one"])) == [
                "organizationmember:1", "organization:10",
            ])
    }
}
