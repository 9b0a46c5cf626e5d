import Catalogue
import EventFormat
import Events
import ExportFormat
import Foundation
import Storage
import TestSupport
import Testing

/// The databases: every test of saving runs on each.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgres

    var testDescription: String { rawValue }
}

/// A migrated PostgreSQL database to copy.
private let template = Result { () throws -> String in
    let server = try PostgresServer.shared()
    let url = try server.createDatabase()
    _ = try DatabaseConnector.open(DatabaseURL(url)).schema.migrate(Catalogue.standard.tables)
    return try #require(url.split(separator: "/").last.map(String.init))
}

/// An installation of a test's own.
final class EventSite {
    let database: any Database
    private let folder: TemporaryFolder?

    init(_ engine: Engine) throws {
        switch engine {
        case .sqlite:
            let folder = try TemporaryFolder()
            self.folder = folder
            database = try DatabaseConnector.open(DatabaseURL("sqlite://\(folder.file("site.sqlite"))"), create: true)
            _ = try database.schema.migrate(Catalogue.standard.tables)
        case .postgres:
            folder = nil
            database = try DatabaseConnector.open(
                DatabaseURL(PostgresServer.shared().createDatabase(template: template.get())))
        }
    }

    func table(_ name: String) throws -> Table { try Catalogue.standard.requireTable(name) }

    /// Writes rows as recordings show them; columns and tables that the catalogue does not know do not count.
    func seed(_ name: String, _ rows: [FieldValue]) throws {
        guard let table = Catalogue.standard.table(name), !rows.isEmpty else { return }
        let columns = table.columns.filter { column in
            !column.isDatabaseOnly && rows.contains { $0.has(column.name) }
        }
        let values = try rows.map { row in try columns.map { try stored(row[$0.name], $0) } }
        try database.insert(Insert(into: table, columns: columns.map(\.name), rows: values))
        if table.hasIdentity { try database.advanceSequence(of: table) }
    }

    /// All rows of a table with the columns asked for.
    func rows(_ name: String, _ columns: [String]) throws -> [[Value]] {
        try database.select(Select(columns, from: table(name)))
    }
}

/// A recorded value as the column holds it.
func stored(_ value: FieldValue, _ column: Column) throws -> Value {
    switch (value, column.type) {
    case (.null, _): return .null
    case (.bool(let flag), _): return .bool(flag)
    case (.integer(let number), .boolean): return .bool(number != 0)
    case (.integer(let number), _): return .integer(number)
    case (.double(let number), _): return .double(number)
    case (.text(let text), .timestamptz), (.text(let text), .timestamp):
        return .timestamp(try #require(microseconds(text)))
    case (.text(let text), _): return .text(text)
    case (.list(let items), .textArray): return .textArray(items.map(\.text))
    default: return .text(EventText.message(value))
    }
}

/// Microseconds since 1970 of `2026-11-26T01:10:12.5739+00:00`.
func microseconds(_ text: String) -> Int64? {
    let parts = text.split(whereSeparator: { $0 == "+" })
    let halves = parts[0].split(separator: ".")
    let formatter = ISO8601DateFormatter()
    guard let date = formatter.date(from: halves[0] + "Z") else { return nil }
    let fraction = halves.count > 1 ? String((halves[1] + "000000").prefix(6)) : "0"
    return Int64(date.timeIntervalSince1970) * 1_000_000 + (Int64(fraction) ?? 0)
}

/// A value in the one spelling in which equal values are the same text.
func spelled(_ value: FieldValue) -> String { String(decoding: EventText.stored(value), as: UTF8.self) }

func parsed(_ json: String) throws -> FieldValue { try ValueReader(maxDepth: 1024).value(Array(json.utf8)) }
