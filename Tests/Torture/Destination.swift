import Foundation
import TestSupport

/// Makes the databases of the runs: one server or disk for the whole program, one empty database per run.
final class DestinationServer: Sendable {
    let kind: Setting.DatabaseKind
    let postgres: PostgresServer?
    let disk: SmallDisk?
    private let folder: TemporaryFolder
    private let worker: String
    /// An empty database with all tables. Each run gets a copy.
    private let template: String

    private static let diskMegabytes = 700

    init(_ kind: Setting.DatabaseKind, worker: String) throws {
        self.kind = kind
        self.worker = worker
        folder = try TemporaryFolder()
        disk = SmallDisk(megabytes: Self.diskMegabytes)
        switch kind {
        case .sqlite:
            postgres = nil
            template = folder.file("template.sqlite")
            try Self.migrate(worker, "sqlite://\(template)")
        case .postgres:
            let server = try PostgresServer(settings: ["max_connections": "150", "checkpoint_timeout": "30s"])
            postgres = server
            let url = try server.createDatabase()
            template = String(url.split(separator: "/").last ?? "")
            try Self.migrate(worker, url)
            if let disk {
                let place = disk.path + "/tables"
                mkdir(place, 0o700)
                try Self.run("/bin/chown", [server.superuser, place])
                try server.sql("CREATE TABLESPACE small LOCATION '\(place)'")
            }
        }
    }

    /// Makes an empty database. Returns its URL.
    func makeDatabase() throws -> String {
        if let postgres {
            let name = "run_\(UUID().uuidString.prefix(8).lowercased())"
            try postgres.sql("CREATE DATABASE \(name) TEMPLATE \(template)\(tablespace)")
            return postgres.url(database: name)
        }
        let path = (disk?.path ?? folder.path) + "/\(UUID().uuidString.prefix(8)).sqlite"
        try FileManager.default.copyItem(atPath: template, toPath: path)
        try Self.setIdentity(of: path)
        return "sqlite://\(path)"
    }

    /// The clause for databases that lie on the small disk.
    var tablespace: String { disk == nil ? "" : " TABLESPACE small" }

    func drop(_ url: String) throws {
        if let postgres {
            let name = url.split(separator: "/").last.map(String.init) ?? ""
            try postgres.sql("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        } else {
            let path = String(url.dropFirst("sqlite://".count))
            for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        }
    }

    /// Gives a copied file its own identity: the number at byte 60 of the header, which `migrate` chose for the original.
    private static func setIdentity(of path: String) throws {
        guard let file = FileHandle(forUpdatingAtPath: path) else { throw SystemFailure("open", errno) }
        try file.seek(toOffset: 60)
        try file.write(contentsOf: (0..<4).map { _ in UInt8.random(in: 1...127) })
        try file.close()
    }

    private static func migrate(_ worker: String, _ url: String) throws {
        try run(worker, ["migrate", "--database-url", url])
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let process = try ChildProcess(
            program, arguments, output: folder.file("out"), errors: folder.file("out"), folder: "/")
        guard process.wait() == 0 else { throw SystemFailure("\(program) \(arguments): \(folder.read("out"))") }
    }
}
