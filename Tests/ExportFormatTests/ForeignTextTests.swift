import Foundation
import Testing

@testable import ExportFormat

/// Files that hold something else: each is named for what it is, with the place and the remedy.
@Suite struct ForeignTextTests {
    private static let row = record("sentry.email", "{}")
    private static let log = "14:59:27 [INFO] sentry.plugins.github: apps-not-configured"

    @Test(arguments: [
        ("PK\u{3}\u{4}rest", "zip"), ("PGDMP\u{1}", "pg_dump"), ("SQLite format 3\0", "SQLite"),
        ("<!DOCTYPE html><html>", "HTML"), ("\n<html><body>502</body></html>", "HTML"),
        ("{\"model\":\"a.b\"}\n{\"model\":\"a.b\"}\n", "one JSON object per line"),
        ("Traceback (most recent call last):\n  File \"x\", line 8, in <module>\n", "Traceback"),
        ("--\n-- PostgreSQL database dump\n--\nSET statement_timeout = 0;\n", "SQL dump"),
        ("CREATE TABLE a (b int);\nINSERT INTO a VALUES (1);\n", "SQL dump"),
        ("--\r\n-- PostgreSQL database dump\r\n--\r\nSET statement_timeout = 0;\r\n", "SQL dump"),
        ("{\"model\":\"a.b\"}\r\n{\"model\":\"a.b\"}\r\n", "one JSON object per line"),
        ("---\nmail.backend: smtp\n", "YAML"), ("mail.backend: smtp\n", "YAML"), ("- model: a.b\n  pk: 1\n", "YAML"),
        (log, "log output"), ("[INFO] sentry: started\n", "log output"),
    ])
    func isNamed(_ text: String, _ words: String) throws {
        let error = try refusal(of: text)
        #expect(error.kind == .badData)
        #expect(error.message.localizedCaseInsensitiveContains(words), "\(error)")
        #expect(error.place.byte != nil && error.place.line != nil)
    }

    @Test(
        arguments: [
            ("Updating certificates...\ndone.\n[\(row)]", 3, 31), (log + "\n[\n\(row)]", 2, 59),
            ("[INFO] started\n  [\(row)]", 2, 17), ("SET a = 1;\n[\(row)]", 2, 11), ("a: b\n[]", 2, 5),
        ] as [(String, Int64, Int64)])
    func textBeforeTheList(_ text: String, _ line: Int64, _ byte: Int64) throws {
        let error = try refusal(of: text)
        #expect(error.message.contains("text stands before the export"), "\(error)")
        #expect(error.place.line == line && error.place.byte == byte, "\(error)")
    }

    @Test(
        arguments: [
            ("[\(row)]\n" + log, "follows the end", 2), ("[\(row),\n" + log + "\n\(row)]", "no row stands here", 2),
            ("[\(row)\n" + log + "\n,\(row)]", "no row stands here", 2),
            ("[\(row)]\n[\(row)]", "several exports", 2), ("[\(row)]\n\n{\"a\":1}", "several exports", 3),
        ] as [(String, String, Int64)])
    func textBehindOrInside(_ text: String, _ words: String, _ line: Int64) throws {
        let error = try refusal(of: text)
        #expect(error.message.contains(words), "\(error)")
        #expect(error.place.line == line, "\(error)")
    }

    /// Values of JSON in the wrong place are no log.
    @Test(arguments: [
        ("[\(row), 5]", "is a number"), ("[[1, 2]]", "is a list"), ("[\(row), \"a: b\"]", "is a string"),
        ("{\"a\": 1}", "single object"), ("[\(row) \(row)]", "comma is missing"),
    ])
    func otherMistakesKeepTheirNames(_ text: String, _ words: String) throws {
        let error = try refusal(of: text)
        #expect(error.message.contains(words), "\(error)")
    }
}
