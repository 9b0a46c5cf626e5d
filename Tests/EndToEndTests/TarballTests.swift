import Catalogue
import CryptoExtras
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Encrypted tarballs on the command line: accepted with their key, refused otherwise.
@Suite struct TarballTests {
    private let installation: Installation
    private let export: EncryptedExport
    private let plain: String

    init() throws {
        installation = try Installation(migrated: false)
        export = try EncryptedExport()
        plain = try installation.folder.write("[\(row())]", to: "plain.json")
    }

    private func expect(
        _ refusal: Refusal, _ path: String, key: String?, isStrict: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let flags = (key.map { ["--decrypt-with", $0] } ?? []) + (isStrict ? ["--strict"] : [])
        try refusal.expect(["users"] + flags + [path], in: installation, sourceLocation: sourceLocation)
    }

    @Test func isTakenWithItsKey() throws {
        let other = try Installation()
        try export.members(of: plain)
        let queued = try other.enqueue("users", "--decrypt-with", export.privateKey(), export.pack())
        #expect(queued.code == 0, "\(queued.errors)")
        #expect(try other.worker("run", "--drain").code == 0)
        #expect(try other.table("auth_user").map { $0["username"] } == [.text("sesame")])
    }

    @Test(arguments: ["export.json", "data.key", "key.pub"]) func aMissingMember(_ name: String) throws {
        try export.members(of: plain)
        let rest = ["export.json", "data.key", "key.pub"].filter { $0 != name }
        try expect(Refusal(65, "lacks \(name)", "truncated"), export.pack(rest), key: export.privateKey())
    }

    @Test func anExtraMember() throws {
        try export.members(of: plain)
        try export.folder.write("sesame", to: "notes.txt")
        let path = try export.pack(["export.json", "data.key", "key.pub", "notes.txt"])
        try expect(Refusal(65, "notes.txt", "does not belong"), path, key: export.privateKey())
    }

    @Test func anotherKey() throws {
        try export.members(of: plain)
        let other = try _RSA.Encryption.PrivateKey(keySize: .bits2048)
        let key = try export.folder.write(other.pemRepresentation, to: "other.priv")
        try expect(Refusal(65, "private key", "not the one"), export.pack(), key: key)
    }

    @Test func aKeyThatIsNone() throws {
        try export.members(of: plain)
        let path = try export.pack()
        try expect(Refusal(65, "is an encrypted tarball", "private key"), path, key: nil)
        try expect(Refusal(66, "private key", "nowhere.pem"), path, key: "nowhere.pem")
        try expect(Refusal(65, "PEM"), path, key: plain)
        try expect(Refusal(65, "is not encrypted", "leave out"), plain, key: export.privateKey())
    }

    @Test func aBrokenTag() throws {
        try export.members(of: plain, breaking: true)
        try expect(Refusal(65, "export.json", "signature", "damaged"), export.pack(), key: export.privateKey())
    }

    @Test func aTarballCutShort() throws {
        try export.members(of: plain)
        let path = try export.pack()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try bytes.prefix(700).write(to: URL(fileURLWithPath: path))
        try expect(Refusal(65, "damaged or truncated"), path, key: export.privateKey())
    }

    /// A mistake inside is reported as for a plain export, and no message shows plain text.
    @Test func aMistakeInTheText() throws {
        try installation.folder.write("[\(row(#"{"shoe":"sesame"}"#))]", to: "plain.json")
        try export.members(of: plain)
        try expect(
            Refusal(65, "field shoe", findings: ["DeserializationFailed"]), export.pack(), key: export.privateKey(),
            isStrict: true)
    }
}
