import Foundation
import Operations
import TestSupport
import Testing

@testable import Server

@Suite("Files of relocations are kept")
struct KeptFilesTests {
    private let folder: TemporaryFolder
    private let files: KeptFiles
    private let id: RelocationID

    init() throws {
        folder = try TemporaryFolder()
        files = try KeptFiles(folder.path)
        id = try #require(RelocationID("7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e12"))
    }

    @Test func aFileIsKeptForAWhile() throws {
        let text = String(repeating: "0123456789", count: 300_000)
        try files.keep(try folder.write(text, to: "sent"), as: id)
        let path = try #require(files.raw(of: id))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(files.artifacts(of: id) == [.init(path: "in/raw-relocation-data.tar", bytes: 3_000_000)])
        files.removeOld()
        #expect(files.raw(of: id) != nil)
        let old = Date(timeIntervalSinceNow: -Double(KeptFiles.days * 24 * 60 * 60 + 60))
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
        files.removeOld()
        #expect(files.raw(of: id) == nil && files.artifacts(of: id).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/" + id.text))
    }

    @Test func noNameLeadsOutOfTheFolder() throws {
        try files.keep(try folder.write("{}", to: "secret"), as: id)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/\(id.text)/in/link", withDestinationPath: folder.file("secret"))
        for (kind, name) in [
            ("..", "secret"), ("in", "../../secret"), ("in/..", ".."), ("", "secret"), ("in", ""), ("in", "link"),
            ("in", "."),
        ] {
            #expect(files.path(of: id, kind, name) == nil, "\(kind)/\(name)")
        }
        #expect(files.artifacts(of: id).count == 1)
    }

    @Test func aFolderMustBeThere() throws {
        for path in [folder.file("missing"), try folder.write("", to: "file")] {
            #expect(throws: (any Error).self) { try KeptFiles(path) }
        }
    }
}
