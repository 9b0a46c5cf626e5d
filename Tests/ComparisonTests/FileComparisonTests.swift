import Catalogue
import Comparison
import ExportFormat
import TestSupport
import Testing

/// Files in a folder of their own.
struct Files {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Compares two lists of rows; returns the summary and all findings.
    func compare(
        _ left: String, _ right: String, fast: Bool = false, packing: Bool = false
    ) throws -> (summary: ComparisonSummary, findings: [ComparisonFinding]) {
        let sources = try [("left", left), ("right", right)].map { name, text in
            let path = try folder.write(text, to: name)
            return try ExportSource.open(path: packing ? try packed(path) : path, catalogue: .standard)
        }
        var findings: [ComparisonFinding] = []
        let summary = try FileComparison(sources[0], sources[1], fast: fast)
            .run(onFinding: { findings.append($0) }, onProgress: { _ in })
        return (summary, findings)
    }

    private func packed(_ path: String) throws -> String {
        let process = try ChildProcess("gzip", ["-f", path])
        guard process.wait() == 0 else { throw SystemFailure("gzip failed") }
        return path + ".gz"
    }

    func kinds(_ left: String, _ right: String, fast: Bool = false) throws -> [String] {
        try compare(left, right, fast: fast).findings.map(\.kind)
    }

    func refusal(_ left: String, _ right: String) -> FileComparison.Refusal? {
        #expect(throws: FileComparison.Refusal.self) { try compare(left, right) }
    }
}

private func list(_ rows: [String]) -> String { "[" + rows.joined(separator: ",\n ") + "]" }

private func row(_ model: String, _ key: Any, _ fields: String) -> String {
    #"{"model": "sentry.\#(model)", "pk": \#(key), "fields": {\#(fields)}}"#
}

private func user(_ key: Int, _ name: String, _ more: String = "") -> String {
    row("user", key, #""username": "\#(name)"\#(more)"#)
}

@Suite struct PairingTests {
    private let files: Files

    init() throws { files = try Files() }

    @Test func rowsArePairedByThePlaceOfTheirKey() throws {
        let left = list([row("organization", 1, #""name": "a""#), row("organization", 5, #""name": "b""#)])
        let right = list([row("organization", 7, #""name": "a""#), row("organization", 8, #""name": "c""#)])
        let found = try files.compare(left, right)
        #expect(found.findings.map(\.kind) == ["UnequalJSON"])
        #expect(found.findings[0].ordinal == 2)
        #expect(found.findings[0].leftKey == .integer(5) && found.findings[0].rightKey == .integer(8))
        #expect(found.summary.models.map(\.left) == [2])
    }

    @Test func usersArePairedByTheirNames() throws {
        let left = list([user(1, "b"), user(2, "a"), row("useremail", 1, #""user": 2, "email": "x""#)])
        let right = list([user(1, "a"), user(2, "b"), row("useremail", 9, #""user": 1, "email": "x""#)])
        #expect(try files.kinds(left, right).isEmpty)
        #expect(try files.kinds(left, right, fast: true).isEmpty)
    }

    @Test func referencesMayPrecedeTheirRows() throws {
        let rows = [row("team", 1, #""organization": 3"#), row("organization", 3, #""name": "a""#)]
        let others = [row("organization", 30, #""name": "a""#), row("team", 10, #""organization": 30"#)]
        for fast in [false, true] {
            #expect(try files.kinds(list(rows), list(others), fast: fast).isEmpty)
            // A fast comparison does not take a reference for equal because it cannot tell yet what it means.
            let wrong = [row("team", 1, #""organization": 4"#), rows[1]]
            #expect(try files.kinds(list(rows), list(wrong), fast: fast) == ["ForeignKeyComparator"])
        }
    }

    @Test func missingRowsEndTheComparison() throws {
        let found = try files.compare(
            list([row("organization", 1, #""name": "a""#), user(1, "a")]),
            list([row("organization", 1, #""name": "b""#), row("organization", 2, "")]))
        #expect(
            found.findings.map { "\($0.model): \($0.reason)" } == [
                "sentry.organization: counted 1 left entries and 2 right entries",
                "sentry.user: counted 1 left entries and 0 right entries",
            ])
        #expect(found.findings.allSatisfy { $0.kind == "UnequalCounts" && $0.ordinal == nil && $0.leftKey == nil })
    }

    @Test func keysOutOfOrder() throws {
        let rows = [2, 1, 1, 3].map { row("organization", $0, "") }
        let found = try files.compare(list(rows), list((1...4).map { row("organization", $0, "") }))
        #expect(found.findings.map(\.ordinal) == [2, 3])
        #expect(found.findings.map(\.leftKey) == [.integer(1), .integer(1)])
        #expect(
            found.findings[0].reason
                == "instances not listed in ascending `pk` order; `pk` 1 is less than or equal to 2 which precedes it")
        #expect(
            try files.kinds(
                list([-1, 0, 5].map { row("organization", $0, "") }),
                list([1, 2, 3].map { row("organization", $0, "") })
            ).isEmpty)
        #expect(
            try files.kinds(
                list([#""10""#, #""9""#].map { row("organization", $0, "") }),
                list([1, 2].map { row("organization", $0, "") })
            ).isEmpty)
    }

    @Test func aNameThatOccursTwice() throws {
        let found = try files.compare(list([user(1, "a"), user(2, "a")]), list([user(1, "a"), user(2, "b")]))
        #expect(found.findings.map(\.kind) == ["DuplicateCustomOrdinal", "UnequalCounts"])
        #expect(found.findings[0].leftKey == .integer(2) && found.findings[0].rightKey == nil)
        #expect(found.findings[0].reason == "custom ordinal value `('a',)` appears multiple times")
        #expect(found.findings[1].reason == "counted 1 left entries and 2 right entries")
    }

    @Test func optionsOfUsers() throws {
        func option(_ key: Int, _ name: String, project: String = "null", _ value: Int) -> String {
            row("useroption", key, #""user": 1, "project_id": \#(project), "key": "\#(name)", "value": \#(value)"#)
        }
        // The last one of equal options counts. Options of a project come first, in the order of their keys.
        let left = [
            user(1, "a"), option(1, "x", 1), option(2, "x", 2), option(3, "a", 3), option(4, "x", project: "7", 4),
        ]
        let right = [user(1, "a"), option(1, "z", project: "7", 4), option(2, "a", 3), option(3, "x", 2)]
        let found = try files.compare(list(left), list(right))
        #expect(found.findings.map(\.kind) == ["ForeignKeyComparator", "ForeignKeyComparator", "UnequalJSON"])
        #expect(
            found.findings.allSatisfy { $0.ordinal == 1 && $0.leftKey == .integer(4) && $0.rightKey == .integer(1) })
    }

    @Test func modelsInAnyCaseAndThoseThatAreGone() throws {
        let left = [row("actor", 5, ""), row("actor", 1, ""), row("Organization", 1, #""name": "a""#)]
        #expect(try files.kinds(list(left), list([row("organization", 1, #""name": "a""#)])).isEmpty)
        #expect(
            try files.kinds(list([row("broadcast", 1, #""title": 1"#)]), list([row("broadcast", 1, #""title": 2"#)]))
                == ["UnequalJSON"])
        #expect(try files.kinds("{}", "[]").isEmpty)
    }

    @Test func theLastOfKeysThatOccurTwiceCounts() throws {
        let left = row("organization", 1, #""name": "a", "name": "b""#)
        for fast in [false, true] {
            #expect(try files.kinds(list([left]), list([row("organization", 1, #""name": "b""#)]), fast: fast).isEmpty)
            #expect(
                try files.kinds(list([left]), list([row("organization", 1, #""name": "a""#)]), fast: fast).count == 1)
        }
    }

    @Test func aFastComparisonKeepsTheRules() throws {
        let guid = "0f0e0d0c-0b0a-4908-8706-050403020100"
        let monitor = row("monitor", 1, #""guid": "\#(guid)", "status": 1"#)
        #expect(try files.kinds(list([monitor]), list([monitor])) == ["UUID4Comparator"])
        #expect(try files.kinds(list([monitor]), list([monitor]), fast: true).isEmpty)
        let other = row("monitor", 1, #""status": 2, "guid": "\#(guid)""#)
        #expect(try files.kinds(list([monitor]), list([other]), fast: true) == ["UUID4Comparator", "UnequalJSON"])
        func slug(_ text: String) -> String { row("organization", 1, #""slug": "\#(text)""#) }
        #expect(try files.kinds(list([slug("a")]), list([slug("a-2")]), fast: true).isEmpty)
        #expect(try files.kinds(list([slug("a")]), list([slug("b")]), fast: true) == ["AutoSuffixComparator"])
    }
}

@Suite struct LargeFileTests {
    /// 1,500 users of 40,000 bytes each, in the order of their keys or the other way.
    private func users(reversed: Bool, changing changed: Int? = nil) -> String {
        let padding = String(repeating: "x", count: 40_000)
        let rows = (0..<1_500).map { number in
            let name = "u" + String(reversed ? 11_499 - number : 10_000 + number)
            return user(number + 1, name, #", "name": "\#(name == changed.map { "u\($0)" } ? "y" : padding)""#)
        }
        return list(rows)
    }

    // Batches are read forwards in one file and backwards in the other, also where the text cannot be read at any place.
    @Test(arguments: [false, true]) func batchesInAnotherOrder(packing: Bool) throws {
        let found = try Files().compare(
            users(reversed: false), users(reversed: true, changing: 10_234), packing: packing)
        #expect(found.findings.map(\.kind) == ["UnequalJSON"])
        #expect(found.findings.first?.ordinal == 235)
        #expect(found.findings.first?.leftKey == .integer(235))
        #expect(found.findings.first?.rightKey == .integer(1_266))
    }

    @Test func rowsFarApart() throws {
        // Two megabytes lie between the rows of the model.
        let padding = row("option", 1, #""key": "\#(String(repeating: "x", count: 2_000_000))""#)
        let left = list([row("organization", 1, #""name": "a""#), padding, row("organization", 2, #""name": "b""#)])
        let right = list([row("organization", 1, #""name": "a""#), row("organization", 2, #""name": "c""#), padding])
        let found = try Files().compare(left, right)
        #expect(found.findings.map(\.ordinal) == [2])
    }
}

@Suite struct RefusalTests {
    private let files: Files

    init() throws { files = try Files() }

    @Test(arguments: [
        (#"[{"model": "sentry.nothing", "pk": 1, "fields": {}}]"#, "sentry.nothing", "not one of"),
        (#"[{"model": "user", "pk": 1, "fields": {}}]"#, "record 1", "app.model"),
        (#"[{"model": "sentry.team", "fields": {}}]"#, "sentry.team", "no primary key"),
        (#"[{"model": "sentry.team", "pk": 1.5, "fields": {}}]"#, "sentry.team", "neither an integer"),
        (#"[{"model": "sentry.user", "pk": 1}]"#, "sentry.user", "no fields"),
        (#"[{"model": "sentry.user", "pk": 1, "fields": {}}]"#, "username", "lacks"),
        (#"[{"model": "sentry.userip", "pk": 1, "fields": {"user": 4}}]"#, "field user", "does not stand before"),
        (#"[{"model": "sentry.option", "pk": 1, "fields": {"key": [1]}}]"#, "field key", "cannot be ordered"),
        (#"[{"model": "sentry.team", "pk": NaN, "fields": {}}]"#, "record 1", "byte"),
        ("[] x", "byte 3", "text follows"),
    ]) func aRowThatCannotBeCompared(_ text: String, _ place: String, _ problem: String) {
        for (left, right, side) in [(text, "[]", Side.left), ("[]", text, .right)] {
            let refusal = files.refusal(left, right)
            #expect(refusal?.side == side && refusal?.error.kind == .badData)
            #expect(refusal?.error.description.contains(place) == true, "\(refusal?.error.description ?? "")")
            #expect(refusal?.error.description.contains(problem) == true, "\(refusal?.error.description ?? "")")
        }
    }

    @Test func keysWithoutACommonOrder() {
        let mixed = list([row("team", 1, ""), row("team", #""2""#, "")])
        #expect(files.refusal(mixed, "[]")?.error.description.contains("primary key that is text") == true)
        let options = list([row("option", 1, #""key": null"#), row("option", 2, #""key": "a""#)])
        let refusal = files.refusal("[]", options)
        #expect(refusal?.error.place.ordinal == 2 && refusal?.error.place.line == 2)
        #expect(refusal?.error.description.contains("no common order") == true)
    }

    @Test func aRowWithoutFieldsThatIsCompared() {
        let bare = #"[{"model": "sentry.team", "pk": 1}]"#
        let refusal = files.refusal(list([row("team", 1, "")]), bare)
        #expect(refusal?.side == .right && refusal?.error.place.sourcePK == 1)
    }
}
