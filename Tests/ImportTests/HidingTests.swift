import Foundation
import Testing
import TestSupport

@testable import Catalogue
@testable import Cutting
@testable import Import
@testable import Ledger
@testable import Storage

/// The folder of reference material, if there is one.
private let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

/// Each model is hidden from the catalogue and learned from the destination: imports of an exhaustive export end as those
/// of Sentry that were recorded.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct HidingTests {
    /// On PostgreSQL a quarter of the models is hidden, unless RELOCATION_HIDING is `all`: `make versions`.
    private static let hidesAll = ProcessInfo.processInfo.environment["RELOCATION_HIDING"] == "all"
    static let scopes = [ImportScope.users, .organizations, .config, .global]

    /// Models of which a live schema says too little.
    static let others: Set<String> = [
        // Its first_name has no default in the database, and exports do not have it.
        "sentry.user",
        // Nothing ties their tables to a silo: in one database their chunk rows go to the region's table.
        "sentry.apikey", "sentry.controloption", "sentry.email",
        // The names of the bits of its flags, which its mapping holds one by one, are not in the schema.
        "sentry.organization",
        // Lists that a field of texts holds: Sentry's own import makes null of an empty one in some columns.
        "sentry.dashboardwidgetquery",
    ]

    @Test(arguments: Engine.allCases, scopes) func hiddenModelsAreLearnedBack(
        _ engine: Engine, _ scope: ImportScope
    ) throws {
        let recorded = try Recorded(engine, scope, folder: try #require(material))
        #expect(try recorded.differences(hiding: nil) == "", "the whole catalogue")
        var same: [String] = []
        let models = Catalogue.standard.models.filter { recorded.holds($0) && scope.accepts($0) }
        for model in models where engine == .sqlite || Self.hidesAll || model.index % 4 == 0 {
            let found: String
            do { found = try recorded.differences(hiding: model.name) } catch { found = "\(error)" }
            if found.isEmpty { same.append(model.name) }
            #expect(found.isEmpty || Self.others.contains(model.name), "\(model.name): \(found.prefix(600))")
        }
        print("learned \(engine) \(scope): \(same.count)")
        #expect(scope != .global || same.count >= (engine == .sqlite || Self.hidesAll ? 35 : 8))
    }
}

/// An import of an exhaustive export that was recorded, to be made again.
private final class Recorded {
    private let engine: Engine
    private let scope: ImportScope
    private let golden: String
    private let export: String
    private let text: String
    private let folder = try? TemporaryFolder()
    /// A database in the state before the import.
    private let before: String
    private let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("golden-state").path

    init(_ engine: Engine, _ scope: ImportScope, folder material: String) throws {
        self.engine = engine
        self.scope = scope
        golden = "\(material)/goldens/fresh__\(scope.rawValue)__plain__exhaustive-24_8_0.json"
        export = "\(material)/exports/exhaustive-24_8_0.json"
        text = try String(contentsOfFile: export, encoding: .utf8)
        before =
            try engine == .sqlite
            ? "sqlite://\(folder?.file("before.sqlite") ?? "")" : PostgresServer.shared().createDatabase()
        try Self.open(before, create: true) { database in
            _ = try database.schema.migrate(Catalogue.standard.tables)
        }
        _ = try run("load", before)
    }

    func holds(_ model: Model) -> Bool { text.contains("\"\(model.name)\"") }

    /// What is different from the recorded end; empty if nothing is.
    func differences(hiding name: String?) throws -> String {
        let url = try copy()
        defer { try? drop(url) }
        try Self.open(url) { database in
            let destination = Destination(database)
            let hidden = try name.map(Hiding.catalogue(without:)) ?? .standard
            _ = try FileImport(
                export, scope, reading: hidden, into: destination,
                { survey in
                    let learned = try destination.learn(
                        survey.learned, hidden, confirmed: try name.map(Hiding.confirmed) ?? [:])
                    if let problem = learned.flatMap(\.problems).first { throw Unlearned(reason: problem) }
                    return try hidden.adding(learned.map(\.text))
                }, learns: true, now: WallClock.now())
        }
        return try run("compare", url)
    }

    private struct Unlearned: Error { let reason: String }

    /// The connection ends with the call.
    private static func open(_ url: String, create: Bool = false, _ body: (any Database) throws -> Void) throws {
        try body(DatabaseConnector.open(DatabaseURL(url), create: create))
    }

    private func copy() throws -> String {
        if engine == .postgres {
            return try PostgresServer.shared().createDatabase(template: String(before.split(separator: "/").last ?? ""))
        }
        let path = folder?.file("\(UUID().uuidString).sqlite") ?? ""
        try FileManager.default.copyItem(atPath: String(before.dropFirst("sqlite://".count)), toPath: path)
        return "sqlite://\(path)"
    }

    private func drop(_ url: String) throws {
        if engine == .postgres {
            try PostgresServer.shared().sql("DROP DATABASE \(url.split(separator: "/").last ?? "")")
        } else {
            try FileManager.default.removeItem(atPath: String(url.dropFirst("sqlite://".count)))
        }
    }

    private func run(_ action: String, _ url: String) throws -> String {
        let output = try TemporaryFolder()
        let child = try ChildProcess(
            "python3", [script, action, golden, url], output: output.file("out"), errors: output.file("out"))
        let code = child.wait(seconds: 60)
        let text = output.read("out").trimmingCharacters(in: .whitespacesAndNewlines)
        try #require(code == 0 || action == "compare" && !text.isEmpty, "\(text)")
        return text
    }
}
