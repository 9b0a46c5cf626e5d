package import Catalogue
import Foundation
import Storage
package import TestSupport

/// Both programs with a Redis and a SQLite database of their own.
package final class Installation: Sendable {
    package let redis: RedisServer
    package let folder: TemporaryFolder
    package let prefix = "test"

    /// - Parameter migrated: whether the database exists. Enqueuing does not need it.
    package init(redisLines: [String] = [], tcp: Bool = false, migrated: Bool = true) throws {
        redis = try RedisServer(redisLines, tcp: tcp)
        folder = try TemporaryFolder()
        if migrated { try migrate() }
    }

    package var databasePath: String { folder.file("destination.sqlite") }

    package var environment: [String: String?] {
        [
            "RELOCATION_REDIS_URL": redis.url, "RELOCATION_REDIS_PREFIX": prefix,
            "RELOCATION_DATABASE_URL": "sqlite://\(databasePath)", "RELOCATION_FAILPOINT": nil,
        ]
    }

    /// A program's output and exit code.
    package struct Result {
        package let code: Int32
        package let output: String
        package let errors: String

        /// The last line of standard output.
        package var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
    }

    /// - Parameter under: a program that starts this one
    package func start(
        _ program: String, _ arguments: [String], environment changes: [String: String?] = [:], input: String? = nil,
        under: [String] = []
    ) throws -> Running {
        let name = UUID().uuidString
        let output = folder.file("\(name).out")
        let errors = folder.file("\(name).err")
        let command = under + [Programs.folder + "/" + program] + arguments
        let process = try ChildProcess(
            command[0], Array(command.dropFirst()),
            environment: environment.merging(changes) { _, new in new }, input: input, output: output, errors: errors,
            folder: folder.path)
        return Running(process: process, output: output, errors: errors)
    }

    package struct Running {
        package let process: ChildProcess
        package let output: String
        package let errors: String

        package func result(within seconds: Double = 60) throws -> Result {
            guard let status = process.wait(seconds: seconds) else {
                throw SystemFailure("the program did not end within \(seconds) seconds: \(read(errors))")
            }
            // A signal shows as 128 plus its number; our own largest code is 130 (interrupted).
            let code = status > 128 && status != 130 ? 128 - status : status
            return Result(code: code, output: read(output), errors: read(errors))
        }

        private func read(_ path: String) -> String {
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        }

        package var errorsSoFar: String { read(errors) }
    }

    @discardableResult
    package func enqueue(
        _ arguments: String..., environment: [String: String?] = [:], input: String? = nil
    ) throws -> Result {
        try start("relocation-enqueue", arguments, environment: environment, input: input).result()
    }

    @discardableResult
    package func worker(_ arguments: String..., environment: [String: String?] = [:]) throws -> Result {
        try start("relocation-worker", arguments, environment: environment).result()
    }

    private func migrate() throws {
        let result = try worker("migrate")
        guard result.code == 0 else { throw SystemFailure("migrate failed: \(result.errors)") }
    }

    /// `status UUID --json` as an object.
    package func status(_ uuid: String) throws -> [String: Any] {
        let result = try enqueue("status", uuid, "--json")
        guard let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] else {
            throw SystemFailure("no status: \(result.errors)")
        }
        return object
    }

    package func rows(_ uuid: String) throws -> [String: Int] { try status(uuid)["rows"] as? [String: Int] ?? [:] }

    /// All rows of a table, by column.
    package func table(_ name: String) throws -> [[String: Value]] {
        guard let table = Catalogue.standard.tables.first(where: { $0.name == name }) else { return [] }
        let database = try DatabaseConnector.open(try DatabaseURL("sqlite://\(databasePath)"), create: false)
        let columns = table.columns.map(\.name)
        return try database.select(Select(columns, from: table)).map {
            Dictionary(uniqueKeysWithValues: zip(columns, $0))
        }
    }

    /// Every row of the tables a users import touches.
    package func everything() throws -> [String: [[String: Value]]] {
        var out: [String: [[String: Value]]] = [:]
        for name in Self.userTables { out[name] = try table(name) }
        return out
    }

    package static let userTables = [
        "auth_user", "sentry_useremail", "sentry_email", "sentry_useroption", "sentry_lostpasswordhash",
        "sentry_controlimportchunk", "sentry_controlimportchunkreplica", "sentry_regionimportchunk",
    ]
}
