import Foundation
import TestSupport
import Testing

@Suite("What the programs are linked with")
struct LinkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("The enqueuer needs neither libpq nor SQLite")
    func libraries() throws {
        let libraries = try output(of: "ldd", "relocation-enqueue")
        #expect(libraries.contains("libhiredis"))
        for name in ["libpq", "libsqlite"] { #expect(!libraries.contains(name), "relocation-enqueue needs \(name)") }
        #expect(try output(of: "ldd", "relocation-worker").contains("libpq"))
    }

    @Test("The enqueuer holds no symbol of libpq or SQLite")
    func symbols() throws {
        let isDatabase = { (symbol: Substring) in symbol.hasPrefix("sqlite3_") || symbol.hasPrefix("PQ") }
        #expect(try symbols(of: "relocation-enqueue").filter(isDatabase) == [])
        #expect(try symbols(of: "relocation-worker").contains(where: isDatabase))
    }

    private func symbols(of program: String) throws -> [Substring] {
        try output(of: "nm", program).split(separator: "\n").compactMap { $0.split(separator: " ").last }
    }

    private func output(of tool: String, _ program: String) throws -> String {
        let file = folder.file("\(tool).\(program)")
        let process = try ChildProcess(tool, ["\(Programs.folder)/\(program)"], output: file)
        try #require(process.wait(seconds: 60) == 0, "\(tool) \(program)")
        return try String(contentsOfFile: file, encoding: .utf8)
    }
}
