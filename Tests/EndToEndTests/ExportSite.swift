import Catalogue
import Foundation
import ProgramSupport
import TestSupport

@testable import Storage

/// The databases that exports are tested with.
enum ExportEngine: String, CaseIterable, Sendable {
    case sqlite, postgres
}

/// Both programs, and databases to export from.
final class ExportSite {
    let installation: Installation
    let engine: ExportEngine

    init(_ engine: ExportEngine) throws {
        self.engine = engine
        installation = try Installation(migrated: false)
    }

    var folder: TemporaryFolder { installation.folder }

    /// A new database with all tables; its URL.
    func database() throws -> String {
        let url: String
        switch engine {
        case .sqlite: url = "sqlite://\(folder.file("\(UUID().uuidString).sqlite"))"
        case .postgres: url = try PostgresServer.shared().createDatabase()
        }
        let result = try worker(url, "migrate")
        guard result.code == 0 else { throw SystemFailure("migrate: \(result.errors)") }
        return url
    }

    func worker(_ url: String, _ arguments: String..., environment: [String: String?] = [:]) throws
        -> Installation.Result
    {
        try start(url, arguments, environment).result()
    }

    func start(
        _ url: String, _ arguments: [String], _ environment: [String: String?] = [:]
    ) throws -> Installation.Running {
        let all = environment.merging(["RELOCATION_DATABASE_URL": url]) { given, _ in given }
        return try installation.start("relocation-worker", arguments, environment: all)
    }

    /// Runs SQL of both engines without our own checks.
    func sql(_ text: String, _ url: String) throws {
        switch engine {
        case .sqlite:
            let path = String(url.dropFirst("sqlite://".count))
            try SQLiteConnection(path: path, access: .writing, busyMilliseconds: 5_000).execute(text)
        case .postgres: try PostgresServer.shared().sql(text, url: url)
        }
    }

    /// Imports a file under a destination of its own.
    func restore(_ path: String, into url: String) throws {
        let name = "d\(UUID().uuidString.prefix(8).lowercased())"
        let queued = try installation.enqueue("global", "--no-prompt", "--destination", name, path)
        let end = try worker(url, "run", "--drain", "--destination", name)
        guard queued.code == 0, end.code == 0 else { throw SystemFailure("import: \(queued.errors) \(end.errors)") }
    }

    /// Names of the files beside an export, hidden ones too.
    func files(in folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
}

extension SampleExport {
    /// A small installation: each organization has two members, a team, a project and an option.
    static func organizations(_ count: Int) -> [[String: Any]] {
        let all = 1...count
        let time = "2023-06-22T22:59:55.488Z"
        func row(_ model: String, _ pk: Int, _ fields: [String: Any]) -> [String: Any] {
            ["model": "sentry.\(model)", "pk": pk, "fields": fields]
        }
        let organizations = all.map {
            row("organization", $0, ["name": "Org \($0) é", "slug": "org-\($0)", "status": 0, "date_added": time])
        }
        let options = all.map {
            row("organizationoption", $0, ["organization": $0, "key": "a", "value": "{\"é\":[1.0]}"])
        }
        let teams = all.map {
            row("team", $0, ["organization": $0, "slug": "team", "name": "Team", "status": 0, "date_added": time])
        }
        let users = (1...count * 2).map { SampleExport.user($0) }
        let members = (1...count * 2).map {
            row(
                "organizationmember", $0,
                ["organization": ($0 + 1) / 2, "user_id": $0, "role": "member", "flags": "0", "date_added": time])
        }
        return organizations + options + teams + users + members
            + (1...count * 2).map { SampleExport.email($0) }
            + (1...count * 2).map { SampleExport.userEmail($0, user: $0) }
    }
}
