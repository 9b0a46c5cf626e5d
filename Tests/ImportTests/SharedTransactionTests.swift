import Catalogue
import Storage
import Testing

@testable import Import
@testable import Ledger

/// Chunks that commit together: what a worker knows of its own writes has to stand in for looking them up.
@Suite struct SharedTransactionTests {
    private typealias Chunk = (model: String, rows: [(pk: Int64, fields: String)])

    private static func user(_ name: String, _ email: String) -> String {
        #"{"username":"\#(name)","name":"","email":"\#(email)"}"#
    }

    private static func option(_ user: Int, _ key: String, _ value: String) -> String {
        #"{"user":\#(user),"project_id":null,"organization_id":null,"key":"\#(key)","value":"\#(value)"}"#
    }

    private static func address(_ user: Int, _ email: String) -> String {
        #"{"user":\#(user),"email":"\#(email)"}"#
    }

    /// Users, their addresses and options that meet each other, and one that is there already, across chunks.
    private static let chunks: [Chunk] = [
        ("sentry.user", [(1, user("ann", "ann@x.com")), (2, user("bob", "bob@x.com"))]),
        ("sentry.user", [(3, user("ann", "ann@x.com")), (4, user("known", "k@x.com"))]),
        ("sentry.user", [(5, user("dan", "other@x.com")), (6, user("cid", "cid@x.com"))]),
        ("sentry.email", [(1, #"{"email":"ann@x.com"}"#), (2, #"{"email":"new@x.com"}"#)]),
        ("sentry.email", [(3, #"{"email":"ANN@x.com"}"#), (4, #"{"email":"k@x.com"}"#)]),
        ("sentry.useroption", [(1, option(1, "language", "de")), (2, option(2, "theme", "dark"))]),
        ("sentry.useroption", [(3, option(1, "language", "fr")), (4, option(6, "language", "fr"))]),
        ("sentry.useremail", [(1, address(1, "ann@x.com")), (2, address(2, "b2@x.com"))]),
        ("sentry.useremail", [(3, address(1, "ann@x.com")), (4, address(1, "a2@x.com"))]),
    ]

    /// Each chunk's outcome, and everything in the tables that is not made at random.
    private static func run(
        _ engine: Engine, asGroup: Bool, merging: Bool
    ) throws -> (accounts: [RowAccount.Counts], facts: [String: [String]]) {
        let site = try Site(engine)
        try site.worker(.users, uuid: uuidB).add("sentry.user", [(9, user("known", "k@x.com"))])
        let work = try site.worker(.users, ImportFlags(mergeUsers: merging))
        let database = site.destination.region
        var ordinal: Int64 = 1
        var accounts: [RowAccount.Counts] = []
        if asGroup { try database.begin(deferringWrites: true) }
        for chunk in chunks {
            let outcome = try work.importChunk(
                model: try Catalogue.standard.requireModel(chunk.model), minOrdinal: ordinal,
                rows: sourceRows(chunk.model, chunk.rows, from: ordinal), now: fixedNow)
            ordinal += Int64(chunk.rows.count)
            accounts.append(outcome.account.totals)
        }
        if asGroup {
            try work.confirmAlone()
            try database.commit()
        }
        let shapes: [(table: String, columns: [String])] = [
            ("auth_user", ["id", "username", "email"]), ("sentry_email", ["id", "email"]),
            ("sentry_useroption", ["id", "user_id", "key", "value"]), ("sentry_useremail", ["id", "user_id", "email"]),
        ]
        var facts: [String: [String]] = [:]
        for shape in shapes {
            facts[shape.table] = try site.rows(shape.table).map { row in
                shape.columns.map { name in
                    // A suffix that makes a name unique is a random one.
                    let text = row[name]?.text ?? row[name]?.integer.map { String($0) } ?? ""
                    return text.split(separator: "-").first.map { String($0) + (text.contains("-") ? "-?" : "") } ?? ""
                }.joined(separator: " ")
            }
        }
        return (accounts, facts)
    }

    @Test(arguments: Engine.allCases, [false, true])
    func aGroupComesToWhatItsChunksComeTo(_ engine: Engine, _ merging: Bool) throws {
        let group = try Self.run(engine, asGroup: true, merging: merging)
        let single = try Self.run(engine, asGroup: false, merging: merging)
        #expect(group.facts == single.facts)
        #expect(group.accounts == single.accounts)
        let names = group.facts["auth_user", default: []].map { $0.split(separator: " ")[1] }
        #expect(
            names
                == (merging
                    ? ["known", "ann", "bob", "dan", "cid"]
                    : ["known", "ann", "bob", "ann-?", "known-?", "dan", "cid"]))
        // The spelling that came last stands; an option that is there stays as it is.
        #expect(
            group.facts["sentry_email"]?.map { $0.split(separator: " ").last } == ["ANN@x.com", "new@x.com", "k@x.com"])
        #expect(
            group.facts["sentry_useroption"]?.map { $0.split(separator: " ").suffix(2).joined(separator: " ") }
                == [#"language "de""#, #"theme "dark""#, #"language "fr""#])
        #expect(
            group.facts["sentry_useremail"]?.map { $0.split(separator: " ").last } == [
                "ann@x.com", "b2@x.com", "a2@x.com",
            ])
    }

    @Test(arguments: Engine.allCases) func anotherSpellingOfANameOfTheGroupIsRefused(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.users)
        try site.destination.region.begin(deferringWrites: true)
        try work.add("sentry.user", [(1, Self.user("bob", "b@x.com"))])
        expect(
            try work.refusal("sentry.user", [(2, Self.user("BOB", "c@x.com"))], from: 2), .validationError,
            "sentry.user", 2, pk: 2)
        site.destination.region.rollback()
    }

    /// Each finds what the other has committed, whoever was first to take ids.
    @Test(arguments: Engine.allCases) func namesOfTwoWorkersAreKnownToBoth(_ engine: Engine) throws {
        let site = try Site(engine)
        let work = try site.worker(.users)
        try work.add("sentry.user", [(1, Self.user("ann", ""))])
        try work.add("sentry.user", [(2, Self.user("bob", ""))], from: 2)
        let other = try site.worker(.users, uuid: uuidB, on: site.connect())
        try other.add("sentry.user", [(1, Self.user("eve", ""))])
        try work.add("sentry.user", [(3, Self.user("cat", ""))], from: 3)
        let ids = try site.rows("auth_user").map { ($0["id"]?.integer, $0["username"]?.text) }
        #expect(ids.map(\.1) == ["ann", "bob", "eve", "cat"])
        let finding = try work.refusal("sentry.user", [(4, Self.user("CAT", ""))], from: 4)
        expect(finding, .validationError, "sentry.user", 4, pk: 4)
        let others = try other.refusal("sentry.user", [(2, Self.user("Cat", ""))], from: 2)
        expect(others, .validationError, "sentry.user", 2, pk: 2)
    }

    /// In one transaction for all chunks the rows before the faulty one are tried once more, to find the first fault.
    @Test(arguments: Engine.allCases, [ImportScope.users, .global])
    func theFaultyRowOfATransactionIsNamed(_ engine: Engine, _ scope: ImportScope) throws {
        let site = try Site(engine)
        let work = try site.worker(scope)
        try site.destination.region.begin()
        let finding = try work.refusal(
            "sentry.user", [(1, Self.user("ann", "")), (2, Self.user("bob", "")), (3, Self.user("", ""))])
        expect(finding, .validationError, "sentry.user", 3, pk: 3)
        site.destination.region.rollback()
    }

    /// A worker that was believed lost may be about to commit what the next one would write once more.
    @Test(arguments: Engine.allCases) func whatIsDerivedWaitsForALateWorker(_ engine: Engine) throws {
        let site = try Site(engine)
        let late = try site.worker()
        try late.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
        try late.add("sentry.project", [(1, #"{"organization":10,"slug":"a","name":"a"}"#)], from: 2)
        let heir = try site.worker(on: site.connect())
        let project = try Catalogue.standard.requireModel("sentry.project")
        try site.destination.region.begin()
        try late.derive(project, now: fixedNow)
        let failure = #expect(throws: ImportFailure.self) { try heir.derive(project, now: fixedNow) }
        guard case .transient(let error) = failure else {
            return #expect(Bool(false), "\(String(describing: failure))")
        }
        #expect(error.kind == .contention)
        try site.destination.region.commit()
        try heir.derive(project, now: fixedNow)
        #expect(try site.rows("sentry_projectkey").count == 1)
    }

    /// Two workers' ids do not meet, and what one took ahead of its use stays taken.
    @Test(arguments: Engine.allCases) func idsTakenWithoutAskingAreNobodyElses(_ engine: Engine) throws {
        let site = try Site(engine)
        let table = try Catalogue.standard.requireModel("sentry.user").table
        let (one, other) = (site.destination.region, try site.connect().region)
        try one.begin(deferringWrites: true)
        let first = try one.reserveIDs(3, for: table)
        let second = try one.reserveIDs(2, for: table)
        #expect(second == [first[2] + 1, first[2] + 2])
        try one.commit()
        try other.begin(deferringWrites: true)
        let third = try other.reserveIDs(1, for: table)
        #expect(try #require(third.first) > second[1])
        other.rollback()
        // A roll-back gives nothing back to the connection that made it.
        try other.begin(deferringWrites: true)
        #expect(try #require(try other.reserveIDs(1, for: table).first) > third[0])
        try other.commit()
    }

    @Test func aSetOfIDs() {
        var set = IDSet()
        for id: Int64 in [1, 63, 64, 65, -1, .max, .min] {
            #expect(!set.contains(id))
            let (first, second) = (set.insert(id), set.insert(id))
            #expect(first && !second && set.contains(id))
        }
        #expect(!set.contains(2))
        #expect(!set.contains(0))
    }
}
