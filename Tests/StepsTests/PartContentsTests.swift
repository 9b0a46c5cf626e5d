import Catalogue
import Cutting
import ExportFormat
import Foundation
import Import
import Steps
import Storage
import TaskFormat
import TestSupport
import Testing

/// The folder of reference material, if there is one.
private let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

/// What the recorded tasks hand on to the validation, and what ours does: which wanted users are here already, and what of
/// them is tried beside the rows.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct PartContentsTests {
    private typealias Case = [String: Any]

    /// Objects of the reference's bucket that no step of ours has: the build farm's own.
    private static let declared = ["in/kms-config.json", "conf/cloudbuild.yaml", "conf/cloudbuild.zip"]

    @Test(arguments: [false, true]) func contents(_ isPostgres: Bool) throws {
        let folder = try #require(material) + "/flow/runs"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("part-") }
            .sorted()
        var compared = 0
        for name in names {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
            let recorded = try #require(try JSONSerialization.jsonObject(with: data) as? Case)
            let before = recorded["before"] as? Case ?? [:]
            guard let contents = recorded["contents"] as? Case, let wanted = before["want_usernames"] as? [String]
            else {
                continue
            }
            let users = recorded["existing_users"] as? [String] ?? []
            for (object, expected) in contents where !Self.declared.contains(object) {
                try expect("\(name) \(object)", expected, wanted, try destination(isPostgres, users))
                compared += 1
            }
        }
        #expect(compared > 0)
        print("runs/part-*: \(compared) objects compared")
    }

    private func expect(_ name: String, _ expected: Any, _ wanted: [String], _ live: Destination) throws {
        let tables = try RelocationTables("7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e13", in: live, .standard)
        let existing = try tables.existing(wanted)
        if let names = expected as? String {
            #expect(wanted.filter(existing.contains).joined(separator: ",") == names, "\(name)")
            return
        }
        let object = try #require(expected as? Case, "\(name)")
        #expect(existing.sorted() == (object["usernames"] as? [String] ?? []).sorted(), "\(name)")
        let trial = try Trial(of: live, .standard, InstanceSettings(), hidesValues: false, watch: nil)
        try trial.trying { try trial.importBaseline(usernames: existing) }
        #expect(trial.findings == [], "\(name)")
        let models = object["models"] as? [String: Int] ?? [:]
        for model in Catalogue.standard.models where Self.ofUsers.contains(model.name) {
            let count = try trial.scratch.region.select(Select(["id"], from: model.table)).count
            #expect(count == models[model.name] ?? 0, "\(name) \(model.name)")
        }
    }

    /// Models that an export of users may hold.
    private static let ofUsers = [
        "sentry.user", "sentry.email", "sentry.useremail", "sentry.useroption", "sentry.userrole",
        "sentry.userpermission", "sentry.authenticator",
    ]

    /// A destination with these users, none of them privileged: those come with the configuration.
    private func destination(_ isPostgres: Bool, _ users: [String]) throws -> Destination {
        let folder = try TemporaryFolder()
        let url = try isPostgres ? PostgresServer.shared().createDatabase() : "sqlite://" + folder.file("live.sqlite")
        let database = try DatabaseConnector.open(DatabaseURL(url), create: true)
        _ = try database.schema.migrate(Catalogue.standard.tables)
        let live = Destination(database)
        let rows = users.enumerated().map { Rows.user($0 + 1, $1, isSuperuser: false) }
        let file = try folder.write(Rows.json(rows), to: "users.json")
        let work = try RelocationImport(
            ImportContext(importUUID: "00000000-0000-4000-8000-0000000000aa", scope: .users), into: live)
        let source = try ExportSource.open(path: file, catalogue: .standard)
        let survey = try source.survey(scope: .users, filter: nil, chunkSize: 3_000)
        try database.begin()
        try source.cut(survey) { chunk in
            let model = try #require(Catalogue.standard.model(chunk.model))
            let contents = try ChunkDecoder.contents(
                of: chunk.payload, model: model, now: WallClock.now(), catalogue: .standard)
            _ = try work.importChunk(
                model: model, minOrdinal: chunk.minOrdinal, rows: contents.rows, hidden: contents.hidden)
        }
        for model in work.modelsToDerive { try work.derive(model) }
        try database.commit()
        return live
    }
}
