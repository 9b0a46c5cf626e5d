import Cutting
import ExportFormat
import TaskFormat
import Foundation
import TestSupport
import Testing

/// Payloads at rest: what a key seals only that key opens, as the task it was sealed for.
@Suite struct SealedPayloadTests {
    static let identity = PayloadIdentity(
        uuid: "00000000-0000-4000-8000-000000000001", kind: .chunk, model: "sentry.user", minOrdinal: 21, rows: 20)
    static let payload = Array("a payload with a canary".utf8)

    static func key(_ byte: UInt8) -> String { Data(repeating: byte, count: 32).base64EncodedString() }

    static func keyring(_ ids: (String, UInt8)...) throws -> PayloadKeyring {
        try PayloadKeyring(parsing: ids.map { "\($0.0) \(key($0.1))\n" }.joined())
    }

    @Test(arguments: [[], [1], payload, [UInt8](repeating: 7, count: 1 << 20)]) func opensAsItWasSealed(
        _ payload: [UInt8]
    ) throws {
        let keyring = try Self.keyring(("2024", 1))
        let sealed = try SealedPayload.seal(payload, as: Self.identity, with: keyring)
        #expect(SealedPayload.isSealed(sealed))
        #expect(Array(sealed.prefix(6)) == [0xE1, 4] + Array("2024".utf8), "version, length of the id, id")
        #expect(sealed.count == 2 + 4 + 12 + payload.count + 16, "nonce, ciphertext, tag")
        #expect(try SealedPayload.open(sealed, as: Self.identity, with: keyring) == payload)
        #expect(payload.count < 4 || Data(sealed).range(of: Data(payload.prefix(16))) == nil)
        #expect(try SealedPayload.seal(payload, as: Self.identity, with: keyring) != sealed, "a nonce is used once")
    }

    @Test func plainPayloadsPass() throws {
        #expect(try SealedPayload.open([1, 2], as: Self.identity, with: nil) == [1, 2])
        #expect(try SealedPayload.open([], as: Self.identity, with: Self.keyring(("a", 1))) == [])
    }

    @Test func keysRotate() throws {
        let old = try Self.keyring(("old", 1))
        let both = try Self.keyring(("new", 2), ("old", 1))
        let new = try Self.keyring(("new", 2))
        #expect(both.sealingKeyID == "new")
        let before = try SealedPayload.seal(Self.payload, as: Self.identity, with: old)
        let after = try SealedPayload.seal(Self.payload, as: Self.identity, with: both)
        #expect(try SealedPayload.open(before, as: Self.identity, with: both) == Self.payload)
        #expect(try SealedPayload.open(after, as: Self.identity, with: new) == Self.payload)
        #expect(throws: SealedPayloadError.keyMissing(id: "old")) {
            try SealedPayload.open(before, as: Self.identity, with: new)
        }
        #expect(throws: SealedPayloadError.keyMissing(id: "new")) {
            try SealedPayload.open(after, as: Self.identity, with: nil)
        }
    }

    @Test func isBoundToItsTask() throws {
        let keyring = try Self.keyring(("a", 1))
        let sealed = try SealedPayload.seal(Self.payload, as: Self.identity, with: keyring)
        let uuid = Self.identity.uuid
        let others = [
            PayloadIdentity(
                uuid: "00000000-0000-4000-8000-000000000002", kind: .chunk, model: "sentry.user", minOrdinal: 21,
                rows: 20),
            PayloadIdentity(uuid: uuid, kind: .derive, model: "sentry.user", minOrdinal: 21, rows: 20),
            PayloadIdentity(uuid: uuid, kind: .chunk, model: "sentry.email", minOrdinal: 21, rows: 20),
            PayloadIdentity(uuid: uuid, kind: .chunk, model: "sentry.user", minOrdinal: 1, rows: 20),
            PayloadIdentity(uuid: uuid, kind: .chunk, model: "sentry.user", minOrdinal: 21, rows: 19),
        ]
        for other in others {
            #expect(isDamaged(sealed, other, keyring), "\(other)")
        }
    }

    @Test func everyBitCounts() throws {
        let keyring = try Self.keyring(("a", 1), ("b", 1))
        let sealed = try SealedPayload.seal(Self.payload, as: Self.identity, with: keyring)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                let opened = try? SealedPayload.open(changed, as: Self.identity, with: keyring)
                // Without its version byte it is no sealed payload, and no plain one either.
                if index == 0 { #expect(opened == changed) } else { #expect(opened == nil, "byte \(index) bit \(bit)") }
            }
        }
        for count in 1..<sealed.count {
            #expect(
                (try? SealedPayload.open(Array(sealed.prefix(count)), as: Self.identity, with: keyring)) == nil,
                "\(count) bytes")
        }
    }

    private func isDamaged(_ sealed: [UInt8], _ identity: PayloadIdentity, _ keyring: PayloadKeyring) -> Bool {
        do {
            _ = try SealedPayload.open(sealed, as: identity, with: keyring)
            return false
        } catch {
            if case .damaged = error { return true }
            return false
        }
    }

    @Test func keysNeverShow() throws {
        let keyring = try Self.keyring(("a", 1), ("b", 2))
        var dumped = ""
        dump(keyring, to: &dumped)
        for text in ["\(keyring)", String(reflecting: keyring), dumped] {
            #expect(text.contains("a") && !text.contains(Self.key(1)) && !text.contains(Self.key(2)), "\(text)")
        }
    }

    static let refused = [
        ("", "empty"), ("# only a comment\n\n", "empty"), ("a\n", "line 1"), ("a b c\n", "line 1"),
        ("\n\na AAAA\n", "line 3"), ("ä \(key(1))\n", "line 1"), ("a \(key(1))\na \(key(2))\n", "line 2"),
        (String(repeating: "x", count: 65) + " \(key(1))", "line 1"),
        ("a \(Data(repeating: 1, count: 31).base64EncodedString())", "32 bytes"),
        ("a \(Data(repeating: 1, count: 33).base64EncodedString())", "32 bytes"),
        ((0...100).map { "k\($0) \(key(1))\n" }.joined(), "too many"),
    ]

    @Test(arguments: refused) func malformedKeysAreRefused(_ text: String, _ words: String) throws {
        do {
            _ = try PayloadKeyring(parsing: text)
            Issue.record("accepted")
        } catch {
            #expect(error.kind == .badKey)
            #expect(error.description.contains(words), "\(error)")
            #expect(!error.description.contains(Self.key(1)))
        }
    }

    @Test func limitsHoldAtTheirEdges() throws {
        let id = String(repeating: "x", count: 64)
        #expect(try PayloadKeyring(parsing: "\r\n  \(id)\t\(Self.key(1)) \r\n# more\r\n").keyIDs == [id])
        #expect(try PayloadKeyring(parsing: (1...100).map { "k\($0) \(Self.key(1))\n" }.joined()).keyIDs.count == 100)
    }

    @Test func keyFilesArePrivate() throws {
        let folder = try TemporaryFolder()
        let text = "a \(Self.key(1))\n"
        for mode in [0o600, 0o400, 0o700] as [UInt32] {
            let path = try folder.write(text, to: "keys.\(mode)", mode: 0o600)
            chmod(path, mode)
            #expect(try PayloadKeyring(file: path).keyIDs == ["a"])
        }
        for mode in [0o640, 0o604, 0o620, 0o602, 0o644, 0o666] as [UInt32] {
            let path = try folder.write(text, to: "keys.\(mode)", mode: 0o600)
            chmod(path, mode)
            #expect(kind(path) == .permission, "mode \(String(mode, radix: 8))")
        }
        #expect(kind(folder.file("nothing")) == .notFound)
        #expect(kind(folder.path) == .unreadable, "a folder")
        #expect(kind(try folder.write(String(repeating: "#", count: 65_537), to: "large")) == .badKey)
    }

    private func kind(_ path: String) -> TaskFormatError.Kind? {
        do throws(TaskFormatError) { _ = try PayloadKeyring(file: path) } catch { return error.kind }
        return nil
    }
}
