import Catalogue
import Foundation
import Testing
import TestSupport

@testable import Storage

/// The implementations of ``Database``: every conformance test runs on each.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgres

    var testDescription: String { rawValue }
}

/// What a test's database holds at first.
enum Contents {
    case nothing
    /// The tables that most tests use: PostgreSQL copies a few much faster than all.
    case commonTables
    case allTables

    var tables: [Table] {
        let all = Catalogue.standard.tables
        return switch self {
        case .nothing: []
        case .commonTables: all.filter { Self.common.contains($0.name) }
        case .allTables: all
        }
    }

    private static let common: Set<String> = [
        "auth_user", "sentry_email", "sentry_useremail", "sentry_userip", "sentry_userrole", "sentry_organization",
        "sentry_regionimportchunk", "sentry_savedsearch", "sentry_monitor", "sentry_relocation", "sentry_rulesnooze",
        "sentry_alertruletrigger", "sentry_alertruleactivity", "sentry_timeseriessnapshot", "nodestore_node",
        "sentry_sentryapp",
    ]
}

/// A database of one test.
final class TestDatabase {
    let engine: Engine
    let url: String
    let database: any Database
    private let folder: URL?

    init(_ engine: Engine, _ contents: Contents = .commonTables, timeouts: DatabaseTimeouts = DatabaseTimeouts()) throws
    {
        self.engine = engine
        switch engine {
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sqlite-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            self.folder = folder
            url = "sqlite://\(folder.path)/test.sqlite"
        case .postgres:
            folder = nil
            url = try PostgresServer.shared().createDatabase(template: Self.template(contents))
        }
        database = try DatabaseConnector.open(DatabaseURL(url), create: true, timeouts: timeouts)
        if engine == .sqlite, !contents.tables.isEmpty { _ = try database.schema.migrate(contents.tables) }
    }

    deinit {
        if let folder { try? FileManager.default.removeItem(at: folder) }
    }

    var path: String { String(url.dropFirst("sqlite://".count)) }

    /// A second connection to the same database.
    func connect(timeouts: DatabaseTimeouts = DatabaseTimeouts()) throws -> any Database {
        try DatabaseConnector.open(DatabaseURL(url), timeouts: timeouts)
    }

    /// Runs SQL without ``Database``.
    func execute(_ sql: String) throws {
        switch engine {
        case .sqlite: try SQLiteConnection(path: path, access: .writing, busyMilliseconds: 1_000).execute(sql)
        case .postgres: try PostgresServer.shared().sql(sql, url: url)
        }
    }

    /// How many rows a table holds, seen by another connection: committed ones alone.
    func committedRows(_ table: Table) throws -> Int { try connect().select(Select(["id"], from: table)).count }

    /// A database to copy; each is made once.
    private static func template(_ contents: Contents) throws -> String? {
        switch contents {
        case .nothing: nil
        case .commonTables: try commonTemplate.get()
        case .allTables: try fullTemplate.get()
        }
    }

    private static let commonTemplate = Result { try makeTemplate(Contents.commonTables.tables) }
    private static let fullTemplate = Result { try makeTemplate(Contents.allTables.tables) }

    private static func makeTemplate(_ tables: [Table]) throws -> String {
        let url = try PostgresServer.shared().createDatabase()
        _ = try DatabaseConnector.open(DatabaseURL(url)).schema.migrate(tables)
        return String(url.split(separator: "/").last ?? "")
    }
}

enum Tables {
    static func named(_ name: String) throws -> Table {
        try #require(Catalogue.standard.tables.first { $0.name == name })
    }

    static var users: Table { get throws { try named("auth_user") } }
    static var emails: Table { get throws { try named("sentry_email") } }
    static var userEmails: Table { get throws { try named("sentry_useremail") } }
    static var chunks: Table { get throws { try named("sentry_regionimportchunk") } }
}

extension Table {
    /// Every column that a row needs, and a row of them: the values given, else the plainest the column takes.
    func batch(_ rows: [[String: Value]], ignoringConflicts: Bool = false) -> Insert {
        let columns = self.columns.filter { column in !column.isNullable || rows.contains { $0[column.name] != nil } }
        let values = rows.map { row in columns.map { row[$0.name] ?? ($0.isNullable ? .null : $0.type.plainest) } }
        return Insert(into: self, columns: columns.map(\.name), rows: values, ignoringConflicts: ignoringConflicts)
    }
}

extension ColumnType {
    var plainest: Value {
        switch self {
        case .smallint, .integer, .bigint: .integer(0)
        case .boolean: .bool(false)
        case .double: .double(0)
        case .varchar, .text, .citext: .text("")
        case .inet: .text("0.0.0.0")
        case .uuid: .text("00000000-0000-0000-0000-000000000000")
        case .timestamptz, .timestamp: .timestamp(0)
        case .json, .jsonb: .text("{}")
        case .textArray: .textArray([])
        case .doubleArray: .doubleArray([])
        }
    }
}

/// Runs `body`, which must fail, and returns its error.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> StorageError {
    do {
        try body()
    } catch let error as StorageError {
        return error
    }
    Issue.record("nothing failed", sourceLocation: sourceLocation)
    throw StorageError(.other, "nothing failed")
}

func users(_ names: [String], from id: Int64 = 1) -> [[String: Value]] {
    names.enumerated().map { ["id": .integer(id + Int64($0.offset)), "username": .text($0.element)] }
}
