import Catalogue
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite struct SurveyTests {
    private static func list(_ rows: String...) -> String { "[" + rows.joined(separator: ",\n") + "]" }

    @Test func countsRowsByFate() throws {
        let text = Self.list(
            record("sentry.user", #"{"username": "a"}"#), record("Sentry.USER", pk: "2", "{}"),
            record("sentry.option", "{}"), record("sentry.relocation", #"{"any": ["thing"]}"#),
            record("sentry.nosuch", "{}"), record("auth.group", #"{"name": "x"}"#),
            record("sentry.actor", pk: "null", "5"),
            record("sentry.actor", "{}"), record("sentry.email", "{}"))
        let survey = try Fixture(text).survey(.users)
        #expect(survey.rowsTotal == 9)
        #expect(
            survey.models.map(\.model) == [
                "sentry.user", "sentry.option", "sentry.relocation", "sentry.nosuch", "auth.group", "sentry.actor",
                "sentry.email",
            ])
        #expect(survey.rows(of: "sentry.user") == 2)
        #expect(survey.rowsQueued == 3)
        #expect(survey.rowsQueued(of: "sentry.user") == 2)
        #expect(survey.rowsQueued(of: "sentry.option") == 0)
        #expect(survey.tasks == 2)
        #expect(
            survey.leftOut.models.mapValues(\.dropped) == [
                "sentry.option": ["outOfScope": 1], "sentry.relocation": ["excludedModel": 1],
                "sentry.nosuch": ["unknownModel": 1],
                "auth.group": ["unknownModel": 1], "sentry.actor": ["deletedModel": 2],
            ])
        #expect(survey.bytesRead == Int64(text.utf8.count))
        #expect(
            survey.warnings == [
                "1 row of sentry.relocation, which is never relocated, left out",
                "1 row of the unknown model sentry.nosuch left out",
                "1 row of the unknown model auth.group left out",
                "2 rows of sentry.actor, which no longer exists, left out",
            ])
    }

    @Test func warnsAboutRepeatedKeysAndParentsThatComeLater() throws {
        func row(_ model: String, _ pk: Int) -> String { record("sentry.\(model)", pk: "\(pk)", "{}") }
        let text = Self.list(
            row("organization", 1), row("team", 7), row("team", 9), row("team", 7), row("organization", 2),
            row("organization", 2), row("email", 5), row("email", 6))
        #expect(
            try Fixture(text).survey().warnings == [
                "1 row of sentry.organization with the same primary key as an earlier row; references mean the last one",
                "1 row of sentry.team with the same primary key as an earlier row; references mean the last one",
                "rows of sentry.team stand before rows of sentry.organization: those that refer to a later row will be dropped",
            ])
    }

    /// Keys far apart are remembered up to a limit; beyond it the count is a lower bound.
    @Test func keysAreRememberedInBoundedMemory() {
        var order = KeyOrder()
        for key in 1...Int64(KeyOrder.limit) { order.add(key * 2) }
        order.add(4)
        order.add(5)
        order.add(5)
        #expect(order.repeated == 2 && order.descents == 1 && order.isComplete)
        order.add(1_000_000)
        order.add(.max)
        order.add(.max)
        order.add(.min)
        #expect(order.repeated == 3 && order.descents == 2 && !order.isComplete)
    }

    @Test func warnsAboutPrimaryKeys() throws {
        let text = Self.list(
            record("sentry.email", pk: "null", "{}"), #"{"model": "sentry.email", "fields": {}}"#,
            record("sentry.email", pk: "0", "{}"),
            record("sentry.email", pk: "-3", "{}"), record("sentry.email", pk: "1.9", "{}"),
            record("sentry.email", pk: #""17""#, "{}"),
            record("sentry.email", pk: #""-1""#, "{}"), record("sentry.email", pk: "5", "{}"))
        let fixture = try Fixture(text)
        let survey = try fixture.survey()
        #expect(survey.rowsQueued == 8)
        #expect(
            survey.warnings == [
                "2 rows without a primary key, which will be dropped", "2 rows with a negative primary key",
                "1 row with the primary key 0", "1 row with a fraction as primary key, which is cut off",
                "2 rows with a string as primary key",
                // 0, then -3; 17, then -1, then 5.
                "sentry.email is not in the order of its primary keys",
            ])
        let chunk = try #require(try fixture.chunks(survey).first)
        let rows = try ChunkDecoder.decode(
            chunk.payload, model: model("sentry.email"), now: fixedNow, catalogue: .standard)
        #expect(rows.map(\.sourcePK) == [nil, nil, 0, -3, 1, 17, -1, 5])
        #expect(rows.map(\.ordinal) == Array(1...8))
    }

    @Test(arguments: [("[]", "list"), ("{}", "object")])
    func warnsAboutNothing(_ text: String, _ kind: String) throws {
        let fixture = try Fixture(text)
        let survey = try fixture.survey()
        #expect(survey.rowsTotal == 0 && survey.tasks == 0)
        #expect(survey.warnings == ["the export is an empty \(kind): 0 rows"])
        #expect(try fixture.chunks(survey).isEmpty)
    }

    /// What the import does not write is no reason to refuse the file.
    @Test func leavesRowsOutOfScopeAlone() throws {
        let text = Self.list(record("sentry.option", pk: "[]", #"{"nosuch": 1}"#))
        #expect(try Fixture(text).survey(.users).leftOut.totals.dropped == ["outOfScope": 1])
        #expect(throws: ExportError.self) { try Fixture(text).survey(.config) }
    }

    @Test func leavesFilteredRowsAlone() throws {
        let text = Self.list(
            record("sentry.user", #"{"username": "in"}"#), record("sentry.user", #"{"username": "out", "nosuch": 1}"#))
        let survey = try Fixture(text).survey(.users, filter: .usernames(["in"]))
        #expect(survey.rowsQueued == 1 && survey.leftOut.totals.dropped == ["filtered": 1])
        #expect(throws: ExportError.self) { try Fixture(text).survey(.users, filter: .usernames(["out"])) }
    }

    @Test func countsValuesThatAreLost() throws {
        let text = Self.list(
            record("sentry.rule", #"{"data": "not JSON"}"#), record("sentry.rule", #"{"data": "\"not JSON either\""}"#),
            record("sentry.rule", #"{"data": "{\"a\": NaN}"}"#), record("sentry.rule", #"{"data": ""}"#),
            record("sentry.rule", #"{"data": "{\"a\": \"NaN\"}"}"#),
            record("sentry.option", #"{"key": "k", "value": "[1, -Infinity]"}"#),
            record("sentry.monitor", #"{"config": "{\"a\": [Infinity]}"}"#),
            record("sentry.email", #"{"email": "a@example.com", "email": "b@example.com"}"#))
        #expect(
            try Fixture(text).survey().warnings == [
                "2 rows with text that is not JSON where an object belongs, which becomes empty",
                "3 rows with NaN or Infinity in JSON text, which becomes null",
                "1 row in which a key occurs twice: the last value counts",
                "4 rows of sentry.rule with the same primary key as an earlier row; references mean the last one",
            ])
    }

    @Test func leavesRowsThatAreNeverRelocatedAlone() throws {
        let text = Self.list(record("sentry.relocation", pk: "[]", "5"), record("sentry.nosuch", pk: "1e300", "null"))
        #expect(try Fixture(text).survey().rowsTotal == 2)
    }

    @Test func findingsNameTheRow() throws {
        let text = Self.list(
            record("sentry.user", "{}"), record("sentry.email", "{}"),
            record("sentry.User", pk: #""31""#, #"{"is_active": "maybe"}"#))
        let error = try #require(throws: ExportError.self) { try Fixture(text).survey() }
        #expect(
            error.finding
                == Finding(
                    kind: .deserializationFailed, model: "sentry.user", ordinal: 2, leftPK: 31,
                    reason: "The export cannot be decoded: field is_active holds a string that is not a boolean"))
        #expect(
            error.description.hasPrefix(
                "record 3, byte 100 (line 3), sentry.user, row 2, pk 31, field is_active: holds a string"))
    }

    @Test func takesAByteOrderMark() throws {
        #expect(
            try Fixture(bytes: [0xEF, 0xBB, 0xBF] + Array(Self.list(record("sentry.email", "{}")).utf8)).survey()
                .rowsTotal == 1)
    }
}

@Suite struct OpeningTests {
    @Test func namesWhatIsMissing() throws {
        let folder = try Folder()
        for (path, kind, code) in [
            ("\(folder.path)/nothing", ExportError.Kind.notFound, 66), (folder.path, .unreadable, 66),
        ] as [(String, ExportError.Kind, Int32)] {
            let error = #expect(throws: ExportError.self) { try ExportSource.open(path: path, catalogue: .standard) }
            #expect(error?.kind == kind && error?.kind.exitCode == code)
            #expect(error?.message.contains(path) == true)
        }
    }

    @Test func refusesAKeyForPlainJSON() throws {
        let folder = try Folder()
        let path = try folder.file("export.json", Array("[]".utf8))
        let error = #expect(throws: ExportError.self) {
            try ExportSource.open(path: path, opener: .privateKey([]), catalogue: .standard)
        }
        #expect(error?.kind == .badKey && error?.message.contains("not encrypted") == true)
    }

    /// A pipe can be read once only: it is spooled, as standard input is.
    @Test func spoolsPipes() throws {
        let folder = try Folder()
        let path = "\(folder.path)/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        let text = "[" + Array(repeating: record("sentry.email", "{}"), count: 20_000).joined(separator: ",") + "]"
        let content = try folder.file("content", Array(text.utf8))
        let writer = try ChildProcess("/bin/sh", ["-c", "cat \"$0\" > \"$1\"", content, path])
        defer { _ = writer.wait() }
        let source = try ExportSource.open(path: path, catalogue: .standard)
        let survey = try source.survey(scope: .users, filter: nil, chunkSize: 20)
        #expect(survey.rowsTotal == 20_000)
        var rows = 0
        try source.cut(survey) { rows += $0.rows }
        #expect(rows == 20_000)
    }

    @Test func noticesAChangeBetweenPasses() throws {
        let folder = try Folder()
        let rows = "[\(record("sentry.email", "{}"))]"
        let path = try folder.file("export.json", Array(rows.utf8))
        let source = try ExportSource.open(path: path, catalogue: .standard)
        let survey = try source.survey(scope: .users, filter: nil, chunkSize: 20)
        let file = try #require(fopen(path, "r+"))
        fputs(String(repeating: " ", count: rows.utf8.count) + "[]", file)
        fclose(file)
        let error = #expect(throws: ExportError.self) { try source.cut(survey) { _ in } }
        #expect(error?.kind == .changed)
    }

    @Test func noticesAChangeThatLeavesTheTimeAlone() throws {
        let folder = try Folder()
        let path = try folder.file("export.json", Array("[\(record("sentry.email", #"{"email": "a"}"#))]".utf8))
        var before = stat()
        try #require(stat(path, &before) == 0)
        let source = try ExportSource.open(path: path, catalogue: .standard)
        let survey = try source.survey(scope: .users, filter: nil, chunkSize: 20)
        let file = try #require(fopen(path, "r+"))
        fputs("[\(record("sentry.email", #"{"email": "b"}"#))]", file)
        fclose(file)
        var times = [before.st_atim, before.st_mtim]
        try #require(utimensat(AT_FDCWD, path, &times, 0) == 0)
        let error = #expect(throws: ExportError.self) { try source.cut(survey) { _ in } }
        #expect(error?.kind == .changed)
    }

    @Test func everyKindHasACode() {
        for kind in ExportError.Kind.allCases { #expect([64, 65, 66, 70, 73, 75, 77].contains(kind.exitCode)) }
    }
}
