import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `relocation-enqueue compare` on the command line. It needs neither Redis nor a database.
@Suite struct CompareTests {
    private let installation: Installation
    private let left: String
    private let right: String

    init() throws {
        installation = try Installation(migrated: false)
        left = try installation.folder.write(Self.rows(name: "a"), to: "left.json")
        right = try installation.folder.write(Self.rows(name: "b"), to: "right.json")
    }

    private static func rows(name: String) -> String {
        #"""
        [{"model": "sentry.organization", "pk": 1, "fields": {"slug": "one", "name": "\#(name)"}},
         {"model": "sentry.organization", "pk": 2, "fields": {"slug": "two", "name": "\#(name)"}}]
        """#
    }

    private func compare(_ arguments: String..., input: String? = nil) throws -> Installation.Result {
        let unreachable = ["RELOCATION_REDIS_URL": "redis://127.0.0.1:1/0"]
        return try installation.start(
            "relocation-enqueue", ["compare"] + arguments, environment: unreachable, input: input
        ).result()
    }

    private func findings(_ name: String) throws -> [[String: Any]] {
        let data = Data(installation.folder.read(name).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    }

    @Test func equalFiles() throws {
        let file = installation.folder.file("findings.json")
        let result = try compare(left, left, "--findings-file", file)
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.output.hasSuffix("are equal: 2 rows of 1 model.\n"))
        #expect(installation.folder.read("findings.json") == "[]")
    }

    @Test func differentFiles() throws {
        let file = installation.folder.file("findings.json")
        let result = try compare(left, right, "--findings-file", file)
        #expect(result.code == 1 && result.errors.isEmpty)
        #expect(
            result.output == #"""
                left.json and right.json differ: 2 findings.

                sentry.organization
                  UnequalJSON (2 times; the first one)
                    row 1, pk 1:
                      @@ -1,3 +1,3 @@
                       {
                      -  "name": "a"
                      +  "name": "b"
                       }

                """#)
        let all = try findings("findings.json")
        #expect(all.map { $0["finding"] as? String } == ["ComparatorFinding", "ComparatorFinding"])
        #expect(all.map { $0["left_pk"] as? Int } == [1, 2])
    }

    @Test func jsonForScripts() throws {
        let result = try compare(left, right, "--json", "--fast")
        #expect(result.code == 1)
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(object?["equal"] as? Bool == false && object?["number"] as? Int == 2)
        #expect((object?["findings"] as? [Any])?.count == 2)
        #expect((object?["models"] as? [[String: Any]])?.first?["right"] as? Int == 2)
        #expect((object?["groups"] as? [[String: Any]])?.first?["kind"] as? String == "UnequalJSON")
        let equal = try compare(left, left, "--json")
        #expect(equal.code == 0 && equal.output.contains(#""findings": [],"#))
    }

    @Test func standardInput() throws {
        #expect(try compare("-", left, input: left).code == 0)
        let both = try compare("-", "-")
        #expect(both.code == 64 && both.errors.contains("Only one side"))
    }

    @Test func encryptedSides() throws {
        let export = try EncryptedExport()
        try export.members(of: left)
        let (tarball, key) = (try export.pack(), try export.privateKey())
        #expect(try compare("--decrypt-left-with", key, tarball, left).code == 0)
        #expect(try compare("--decrypt-right-with", key, right, tarball).code == 1)
        let plain = try compare("--decrypt-left-with", key, left, left)
        #expect(plain.code == 65 && plain.errors.contains("not encrypted"))
        let closed = try compare(left, tarball)
        #expect(closed.code == 65 && closed.errors.contains("The right file") && closed.errors.contains("private key"))
        #expect(try compare("--decrypt-left-with", "/nonexistent", tarball, left).code == 66)
    }

    @Test func whatCannotBeCompared() throws {
        let broken = try installation.folder.write(Self.rows(name: "a").dropLast() + "", to: "broken.json")
        let result = try compare(left, broken, "--findings-file", installation.folder.file("findings.json"))
        #expect(result.code == 65 && result.output.isEmpty)
        #expect(result.errors.contains("The right file broken.json: ") && result.errors.contains("truncated"))
        // An empty list would say that the files are equal.
        #expect(installation.folder.read("findings.json").isEmpty)
        let missing = try compare(left, installation.folder.file("nothing.json"))
        #expect(missing.code == 66 && missing.errors.contains("nothing.json cannot be opened"))
    }

    @Test func theFindingsFile() throws {
        let inFolder = try compare(left, right, "--findings-file", "/nonexistent/f.json")
        #expect(inFolder.code == 73 && inFolder.errors.contains("/nonexistent/f.json"))
        let full = try compare(left, right, "--findings-file", "/dev/full")
        #expect(full.code == 73 && full.errors.contains("cannot be written"))
        // A slip of the pen must not destroy an export.
        let input = try compare(left, right, "--findings-file", right)
        #expect(input.code == 64 && installation.folder.read("right.json") == Self.rows(name: "b"))
    }
}
