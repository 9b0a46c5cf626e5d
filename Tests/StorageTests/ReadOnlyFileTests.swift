import Catalogue
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("SQLite files that are only read")
struct ReadOnlyFileTests {
    /// A database with two users in write-ahead form, in a folder of its own, closed.
    private func closedFile(_ folder: TemporaryFolder) throws -> String {
        let path = folder.file("a b%c.sqlite")
        let database = try DatabaseConnector.open(DatabaseURL("sqlite://\(path)"), create: true)
        _ = try database.schema.migrate(Contents.commonTables.tables)
        try database.insert(try Tables.users.batch(users(["a", "b"])))
        return path
    }

    private func mode(_ mode: Int, _ paths: String...) throws {
        for path in paths { try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path) }
    }

    private func files(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private static func open(_ path: String) throws -> any Database {
        try DatabaseConnector.openForReading(DatabaseURL("sqlite://\(path)"))
    }

    @Sendable private static func names(_ path: String) throws -> [String] {
        let database = try open(path)
        try database.beginReading(snapshot: nil)
        let names = try database.select(Select(["username"], from: try Tables.users)).compactMap { $0[0].text }
        try database.endReading()
        return names
    }

    @Test("No more than the right to read is needed, and nothing is left beside the file", arguments: [0o555, 0o777])
    func protectedFile(folderMode: Int) async throws {
        let folder = try TemporaryFolder()
        let path = try closedFile(folder)
        try mode(0o444, path)
        try mode(folderMode, folder.path)
        defer { try? mode(0o755, folder.path) }
        #expect(try await onUnprivilegedThread { try Self.names(path) } == ["a", "b"])
        #expect(try files(folder) == ["a b%c.sqlite"])
    }

    @Test("A running writer's changes are read through its log")
    func openFile() async throws {
        let folder = try TemporaryFolder()
        let path = try closedFile(folder)
        let writer = try DatabaseConnector.open(DatabaseURL("sqlite://\(path)"))
        try writer.insert(try Tables.users.batch(users(["c"], from: 3)))
        try mode(0o644, path, path + "-wal", path + "-shm")
        try mode(0o555, folder.path)
        defer { try? mode(0o755, folder.path) }
        #expect(try await onUnprivilegedThread { try Self.names(path) } == ["a", "b", "c"])
        try writer.insert(try Tables.users.batch(users(["d"], from: 4)))
    }

    @Test("A log that nobody has open is named, with what helps")
    func leftLog() async throws {
        let (folder, copy) = (try TemporaryFolder(), try TemporaryFolder())
        let path = try closedFile(folder)
        let writer = try DatabaseConnector.open(DatabaseURL("sqlite://\(path)"))
        try writer.insert(try Tables.users.batch(users(["c"], from: 3)))
        let left = copy.file("left.sqlite")
        for ending in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + ending, toPath: left + ending) }
        try mode(0o444, left, left + "-wal")
        for folderMode in [0o555, 0o777] {
            try mode(folderMode, copy.path)
            let error = try await onUnprivilegedThread { try failure { _ = try Self.open(left) } }
            #expect(error.kind == .permissionDenied && error.message.contains("wal_checkpoint"), "\(error)")
            #expect(try files(copy) == ["left.sqlite", "left.sqlite-wal"])
        }
        // Its owner reads it.
        #expect(try Self.names(left) == ["a", "b", "c"])
    }

    @Test("A file that somebody writes while it is read without locks is no moment")
    func disturbedFile() throws {
        let folder = try TemporaryFolder()
        let path = try closedFile(folder)
        let reader = try SQLiteDatabase(path: path, access: .frozen, timeouts: DatabaseTimeouts())
        try reader.beginReading(snapshot: nil)
        try reader.endReading()
        try reader.beginReading(snapshot: nil)
        let writer = try DatabaseConnector.open(DatabaseURL("sqlite://\(path)"))
        try writer.insert(try Tables.users.batch(users(["c"], from: 3)))
        // What is in the log only was not read.
        try reader.endReading()
        try reader.beginReading(snapshot: nil)
        try (writer as? SQLiteDatabase)?.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        let error = try failure { try reader.endReading() }
        #expect(error.kind == .unavailable && error.message.contains("written"), "\(error)")
        #expect(!reader.isInTransaction)
    }

    @Test("The form of a file that is read stays")
    func form() throws {
        let folder = try TemporaryFolder()
        let path = try closedFile(folder)
        try SQLiteConnection(path: path, access: .writing, busyMilliseconds: 100).execute(
            "PRAGMA journal_mode = DELETE")
        let before = FileManager.default.contents(atPath: path)
        #expect(try Self.names(path) == ["a", "b"])
        #expect(FileManager.default.contents(atPath: path) == before)
    }
}
