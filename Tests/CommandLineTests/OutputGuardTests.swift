import Glibc
import TestSupport
import Testing

@testable import CommandLine

/// A command never writes over a file that it reads.
@Suite struct OutputGuardTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("[]", to: "a.json")
        #expect(symlink(folder.file("a.json"), folder.file("link")) == 0)
    }

    private func isRefused(_ path: String, _ arguments: [String], _ variables: [String] = []) -> Bool {
        do {
            try OutputGuard.requireUnread(path, "DEST", arguments: arguments, variables: variables)
            return false
        } catch {
            return error.status == .usage && error.message.contains("name another one")
        }
    }

    @Test func anInputIsKeptByAnyName() {
        let (file, link) = (folder.file("a.json"), folder.file("link"))
        #expect(isRefused(file, ["users", file, "--findings-file", file]))
        #expect(isRefused(link, ["--src=\(file)", link]))
        #expect(isRefused(file, ["export", file], ["sqlite://\(file)"]))
        #expect(isRefused(folder.file("new"), [folder.file("new"), "--findings-file", folder.file("./new")]))
    }

    @Test func otherFilesAreWritten() throws {
        let file = folder.file("a.json")
        try folder.write("[]", to: "b.json")
        #expect(!isRefused(file, ["export", file], ["sqlite://\(folder.file("b.json"))"]))
        #expect(!isRefused(folder.file("new"), [folder.file("new"), "--src", file]))
        for stream in ["-", "/dev/null", folder.path] { #expect(!isRefused(stream, [stream, stream])) }
    }
}
