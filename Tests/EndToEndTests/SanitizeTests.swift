import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `relocation-enqueue sanitize` on the command line. It needs neither Redis nor a database.
@Suite struct SanitizeTests {
    private let installation: Installation
    private let source: String
    private let clean: String

    init() throws {
        installation = try Installation(migrated: false)
        source = try installation.folder.write(Self.export, to: "export.json")
        clean = installation.folder.file("clean.json")
    }

    private static let export = #"""
        [{"model": "sentry.organization", "pk": 1, "fields": {"name": "Acme", "slug": "acme"}},
         {"model": "sentry.user", "pk": 2, "fields": {"name": "", "email": "anna@example.com"}},
         {"model": "other.thing", "pk": 3, "fields": {"text": "Acme"}}]
        """#

    private func sanitize(_ arguments: String..., input: String? = nil) throws -> Installation.Result {
        let unreachable = ["RELOCATION_REDIS_URL": "redis://127.0.0.1:1/0"]
        return try installation.start(
            "relocation-enqueue", ["sanitize"] + arguments, environment: unreachable, input: input
        ).result()
    }

    private func rows(_ name: String) throws -> [[String: Any]] {
        let data = Data(installation.folder.read(name).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    }

    @Test func aFile() throws {
        let result = try sanitize(clean, "--src", source)
        #expect(result.code == 0 && result.output.isEmpty)
        #expect(
            result.errors.hasPrefix(
                "Sanitized 2 rows of 2 models to \(clean). Replaced: names 2, slugs 1, e-mail addresses 1.\n")
        )
        #expect(result.errors.contains("Left out 1 row of unknown models: other.thing (1). --keep-unknown keeps them."))
        #expect(result.errors.contains("--thorough searches them"))
        let text = installation.folder.read("clean.json")
        #expect(text.hasPrefix("[\n  {\n    \"model\": \"sentry.organization\",") && text.hasSuffix("\n]"))
        #expect(!text.contains("cme") && !text.contains("example"))
        #expect(try FileManager.default.attributesOfItem(atPath: clean)[.posixPermissions] as? Int == 0o600)
        #expect(try rows("clean.json").count == 2)
    }

    @Test func aSeedRepeats() throws {
        #expect(try sanitize(clean, "--src", source, "--seed", "-7", "--silent").errors.isEmpty)
        let first = installation.folder.read("clean.json")
        let again = try sanitize("-", "--src", "-", "--seed=-7", "--silent", input: source)
        #expect(again.code == 0 && again.output == first && again.errors.isEmpty)
        #expect(try sanitize("-", "--src", source, "--silent").output != first)
    }

    @Test func unknownModelsAreKept() throws {
        let result = try sanitize(clean, "--src", source, "--keep-unknown", "--thorough")
        #expect(result.code == 0 && result.errors.contains("Kept 1 row of unknown models, all texts replaced"))
        #expect(!result.errors.contains("--thorough"))
        let names = try rows("clean.json").compactMap { ($0["fields"] as? [String: Any]) }
        #expect(names.count == 3 && names[0]["name"] as? String == names[2]["text"] as? String)
    }

    @Test func encryptedExports() throws {
        let export = try EncryptedExport()
        try export.members(of: source)
        let (tarball, key) = (try export.pack(), try export.privateKey())
        #expect(try sanitize(clean, "--src", tarball, "--decrypt-with", key).code == 0)
        #expect(try rows("clean.json").count == 2)
        let closed = try sanitize(clean, "--src", tarball)
        #expect(closed.code == 65 && closed.errors.contains("private key"))
        #expect(try sanitize(clean, "--src", source, "--decrypt-with", "/nonexistent").code == 66)
    }

    @Test func afterAnErrorNothingIsLeft() throws {
        let old = try installation.folder.write("old", to: "clean.json")
        let broken = try installation.folder.write(
            Self.export.replacing(#""name": """#, with: #""name": 5"#), to: "broken.json")
        let result = try sanitize(old, "--src", broken)
        #expect(result.code == 65)
        #expect(
            result.errors.contains("line 2")
                && result.errors.contains("sentry.user, pk 2, field name: holds an integer"))
        #expect(installation.folder.read("clean.json") == "old")
        let torn = try installation.folder.write(String(Self.export.dropLast(5)), to: "torn.json")
        #expect(try sanitize(installation.folder.file("new.json"), "--src", torn).code == 65)
        #expect(!FileManager.default.fileExists(atPath: installation.folder.file("new.json")))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: installation.folder.path).allSatisfy {
                !$0.hasPrefix(".")
            })
    }

    @Test func argumentsThatCannotWork() throws {
        #expect(try sanitize(clean).code == 64)
        #expect(try sanitize(clean, "--src", source, "--days-offset", "x").code == 64)
        #expect(try sanitize(clean, "--src", source, "--seed", "1.5").code == 64)
        #expect(!FileManager.default.fileExists(atPath: clean))
        let missing = try sanitize(clean, "--src", installation.folder.file("nothing.json"))
        #expect(missing.code == 66 && missing.errors.contains("nothing.json cannot be opened"))
        #expect(try sanitize("/nonexistent/clean.json", "--src", source).code == 73)
        #expect(try sanitize(installation.folder.path, "--src", source).code == 73)
        #expect(try sanitize("/dev/full", "--src", source).code == 73)
        // A slip of the pen must not destroy an export.
        let same = try sanitize(source, "--src", source)
        #expect(same.code == 64 && installation.folder.read("export.json") == Self.export)
    }
}
