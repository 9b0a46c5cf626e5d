import Catalogue
import Foundation
import Testing
import TestSupport

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat
@testable import Import
@testable import Ledger
@testable import Storage

/// The databases: every test of a rule runs on each.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, postgres

    var testDescription: String { rawValue }
}

/// 2023-11-14T22:13:20Z.
let fixedNow: Int64 = 1_700_000_000_000_000

let uuidA = "aaaaaaaa-0000-4000-8000-000000000001"
let uuidB = "bbbbbbbb-0000-4000-8000-000000000002"

/// An installation of a test's own: one migrated database, or one for each silo.
final class Site {
    let engine: Engine
    private let urls: [String]
    private let folder: TemporaryFolder?
    let destination: Destination

    /// - Parameters:
    ///   - separately: Whether each silo's database holds that silo's tables alone.
    ///   - server: Another than the one all tests share.
    init(_ engine: Engine, isSplit: Bool = false, separately: Bool = false, on server: PostgresServer? = nil) throws {
        self.engine = engine
        let folder = engine == .sqlite ? try TemporaryFolder() : nil
        self.folder = folder
        var urls: [String] = []
        for silo in isSplit ? [Silo.region, .control] : [.region] {
            switch engine {
            case .sqlite: urls.append("sqlite://\(folder?.file("\(silo.rawValue).sqlite") ?? "")")
            case .postgres:
                let source = separately || server != nil ? nil : try template.get()
                urls.append(try (server ?? .shared()).createDatabase(template: source))
            }
            if engine == .sqlite || separately || server != nil {
                let tables = separately ? Site.tables(of: silo) : Catalogue.standard.tables
                _ = try DatabaseConnector.open(DatabaseURL(urls[urls.count - 1]), create: true).schema.migrate(tables)
            }
        }
        self.urls = urls
        destination = try Site.open(urls)
    }

    private static func tables(of silo: Silo) -> [Table] {
        Catalogue.standard.models.filter { $0.silo == silo }.map(\.table)
            + Catalogue.standard.importedOtherTables(silo)
    }

    private static func open(_ urls: [String]) throws -> Destination {
        let databases = try urls.map { try DatabaseConnector.open(DatabaseURL($0)) }
        return databases.count == 1
            ? Destination(databases[0]) : Destination(region: databases[0], control: databases[1])
    }

    /// New connections to the same databases, as another worker has them.
    func connect() throws -> Destination { try Site.open(urls) }

    /// A worker that takes the relocation over.
    func worker(
        _ scope: ImportScope = .organizations, _ flags: ImportFlags = ImportFlags(), uuid: String = uuidA,
        instance: InstanceSettings = InstanceSettings(), on destination: Destination? = nil,
        register: ImportRegister? = nil
    ) throws -> RelocationImport {
        try RelocationImport(
            ImportContext(importUUID: uuid, scope: scope, flags: flags, instance: instance),
            into: destination ?? self.destination, register: register)
    }

    /// A worker that takes the relocation over in a database with a ledger.
    func registeredWorker() throws -> RelocationImport {
        _ = try LedgerAdmin(destination.region).migrate(toolVersion: "test", now: fixedNow)
        return try worker(register: ImportRegister(uuidA, ImportOrigin(), in: destination))
    }

    /// Rows of a table in the order of their ids, as dictionaries.
    func rows(_ name: String) throws -> [[String: Value]] {
        let table = try #require(Catalogue.standard.tables.first { $0.name == name })
        let columns = table.columns.filter { !$0.isDatabaseOnly }.map(\.name)
        let silo = Catalogue.standard.models.first { $0.table.name == name }?.silo ?? Site.silo(ofOther: name)
        return try destination.database(of: silo).select(Select(columns, from: table))
            .map { Dictionary(uniqueKeysWithValues: zip(columns, $0)) }
    }

    private static func silo(ofOther name: String) -> Silo {
        Catalogue.standard.importedOtherTables(.control).contains { $0.name == name } ? .control : .region
    }

    func column(_ name: String, _ column: String) throws -> [Value] {
        try rows(name).map { try #require($0[column]) }
    }

    func texts(_ name: String, _ column: String) throws -> [String?] { try self.column(name, column).map(\.text) }

    /// Runs SQL past the seam, in the region's database or in that of another silo.
    func execute(_ sql: String, in silo: Silo = .region) throws {
        let url = silo == .control && urls.count > 1 ? urls[1] : urls[0]
        switch engine {
        case .sqlite:
            let path = String(url.dropFirst("sqlite://".count))
            try SQLiteConnection(path: path, access: .writing, busyMilliseconds: 1_000).execute(sql)
        case .postgres: try PostgresServer.shared().sql(sql, url: url)
        }
    }

    /// Whether a session waits for a lock of another (PostgreSQL).
    func isAnybodyWaiting() throws -> Bool {
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return try PostgresServer.shared().sql(sql, url: urls[0]) != "0"
    }

    /// Everything an import may write, to see whether something changed.
    func snapshot() throws -> [String: [[String: Value]]] {
        var out: [String: [[String: Value]]] = [:]
        let tables = Catalogue.standard.models.map(\.table) + Catalogue.standard.importedOtherTables(nil)
        for table in tables { out[table.name] = try rows(table.name) }
        return out.filter { !$0.value.isEmpty }
    }
}

/// A database with every table, to copy; made once.
private let template = Result {
    let url = try PostgresServer.shared().createDatabase()
    _ = try DatabaseConnector.open(DatabaseURL(url)).schema.migrate(Catalogue.standard.tables)
    return String(url.split(separator: "/").last ?? "")
}

/// Rows as an export carries them: source key and fields; missing fields take their defaults.
func sourceRows(
    _ name: String, _ rows: [(pk: Int64, fields: String)], from ordinal: Int64 = 1, of catalogue: Catalogue = .standard
) throws -> [Row] {
    let model = try #require(catalogue.model(name))
    let encoder = try ChunkEncoder()
    encoder.begin(minOrdinal: ordinal)
    for (index, row) in rows.enumerated() {
        let text = #"{"model":"\#(name)","pk":\#(row.pk),"fields":\#(row.fields)}"#
        let bytes = Array(text.utf8) + Array(repeating: 0, count: 64)
        bytes.withUnsafeBufferPointer {
            encoder.add(UnsafeBufferPointer(rebasing: $0.dropLast(64)), ordinal: ordinal + Int64(index))
        }
    }
    return try ChunkDecoder.decode(encoder.payload(), model: model, now: fixedNow, catalogue: catalogue)
}

extension RelocationImport {
    /// Imports rows as one chunk.
    @discardableResult
    func add(
        _ name: String, _ rows: [(pk: Int64, fields: String)], from ordinal: Int64 = 1, hidden: [String: Int64] = [:]
    ) throws -> ChunkOutcome {
        let model = try #require(Catalogue.standard.model(name))
        let outcome = try importChunk(
            model: model, minOrdinal: ordinal, rows: sourceRows(name, rows, from: ordinal), hidden: hidden,
            now: fixedNow)
        #expect(outcome.account.totals.total == rows.count)
        return outcome
    }

    /// The tasks at the end of the list that add what the file has not brought.
    func complete() throws {
        for name in Catalogue.standard.completedModels {
            try derive(try #require(Catalogue.standard.model(name)), now: fixedNow)
        }
    }

    /// Imports rows that must be refused; the finding.
    func refusal(
        _ name: String, _ rows: [(pk: Int64, fields: String)], from ordinal: Int64 = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Finding {
        do {
            _ = try add(name, rows, from: ordinal)
        } catch let failure as ImportFailure {
            guard case .permanent(let finding) = failure else { throw failure }
            return finding
        }
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
        return Finding(kind: .unknown, model: nil, reason: "")
    }

    func newPK(_ model: String, _ sourcePK: Int64) throws -> Int64 { try #require(map[model, sourcePK]).newPK }
}

extension ChunkOutcome {
    /// Drop reasons in file order.
    var reasons: [String] { drops.map(\.reason.text) }
}

func expect(
    _ finding: Finding, _ kind: Finding.Kind, _ model: String, _ ordinal: Int64, pk: Int64,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(finding.kind == kind, "\(finding.reason)", sourceLocation: sourceLocation)
    #expect(finding.model == model, sourceLocation: sourceLocation)
    #expect(finding.ordinal == ordinal, "\(finding.reason)", sourceLocation: sourceLocation)
    #expect(finding.leftPK == pk, sourceLocation: sourceLocation)
}

func matches(_ text: String?, _ pattern: String) -> Bool {
    text?.range(of: "^(?:\(pattern))$", options: .regularExpression) != nil
}

/// Organization 10, user 20 (a@x.com), team 30, project 40 in it.
func addBasics(_ work: RelocationImport) throws {
    try work.add("sentry.organization", [(10, #"{"name":"Acme","slug":"acme"}"#)])
    try work.add("sentry.team", [(30, #"{"organization":10,"slug":"core","name":"Core"}"#)])
    try work.add("sentry.user", [(20, #"{"username":"a@x.com","name":"A","email":"a@x.com"}"#)])
    try work.add("sentry.project", [(40, #"{"organization":10,"slug":"web","name":"Web"}"#)])
}
