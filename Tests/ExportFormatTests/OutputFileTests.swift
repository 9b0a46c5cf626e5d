import Foundation
import Testing
import TestSupport

@testable import ExportFormat

@Suite struct OutputFileTests {
    private func names(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func error(_ path: String) -> ExportError? {
        do throws(ExportError) { _ = try OutputFile(path) } catch { return error }
        return nil
    }

    @Test func aFileAppearsWholeAndOnlyAtTheEnd() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("export.json")
        let file = try OutputFile(path)
        try file.write(Array("[".utf8))
        try file.write(Array(repeating: UInt8(ascii: " "), count: 600_000))
        try file.write(Array("]".utf8))
        #expect(try names(folder) == [])
        try file.finish()
        #expect(try names(folder) == ["export.json"])
        let text = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(text.count == 600_002 && text.first == UInt8(ascii: "[") && text.last == UInt8(ascii: "]"))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func anExistingFileStaysUntilTheNewOneIsWhole() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("before", to: "export.json")
        do {
            let abandoned = try OutputFile(path)
            try abandoned.write(Array("half".utf8))
        }
        #expect(folder.read("export.json") == "before")
        #expect(try names(folder) == ["export.json"])
        let file = try OutputFile(path)
        try file.write(Array("after".utf8))
        try file.finish()
        #expect(folder.read("export.json") == "after")
        #expect(try names(folder) == ["export.json"])
    }

    @Test func writtenBytesCanBeReplaced() throws {
        let folder = try TemporaryFolder()
        let file = try OutputFile(folder.file("x"))
        try file.write(Array("0000 rest".utf8))
        try file.replace(at: 1, by: Array("12".utf8))
        try file.write(Array("!".utf8))
        try file.finish()
        #expect(folder.read("x") == "0120 rest!")
    }

    @Test func aFileThatMustBeNewReplacesNone() throws {
        let folder = try TemporaryFolder()
        let file = try OutputFile(folder.file("key"), replaces: false)
        try file.write(Array("first".utf8))
        try folder.write("second", to: "key")
        let late = #expect(throws: ExportError.self) { try file.finish() }
        #expect(late?.kind == .cannotCreate && late?.message.contains("exists already") == true)
        #expect(folder.read("key") == "second")
        #expect(try names(folder) == ["key"])
        let early = #expect(throws: ExportError.self) { try OutputFile(folder.file("key"), replaces: false) }
        #expect(early?.kind == .cannotCreate)
        let new = try OutputFile(folder.file("new"), replaces: false)
        try new.write(Array("third".utf8))
        try new.finish()
        #expect(folder.read("new") == "third")
        #expect(try names(folder) == ["key", "new"])
    }

    @Test func whatCannotBeWrittenIsNamed() throws {
        let folder = try TemporaryFolder()
        #expect(error(folder.path)?.kind == .cannotCreate)
        #expect(error(folder.file("missing/x"))?.kind == .cannotCreate)
        #expect(error(folder.file("missing/x"))?.message.contains("missing/x") == true)
    }

    /// A full disk: `/dev/full` takes nothing.
    @Test func noRoomIsAnError() throws {
        let file = try OutputFile("/dev/full")
        #expect(throws: ExportError.self) {
            try file.write(Array(repeating: 0, count: 300_000))
            try file.finish()
        }
    }
}
