import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `keygen`, `encrypt` and `decrypt` on the command line. They need neither Redis nor a database.
@Suite struct EncryptTests {
    private let installation: Installation
    private let plain: String
    private let publicKey: String
    private let privateKey: String

    private var folder: TemporaryFolder { installation.folder }

    init() throws {
        installation = try Installation(migrated: false)
        plain = try installation.folder.write("[\n  \(row())\n]\n", to: "plain.json")
        let folder = installation.folder.file("keys")
        let made = try installation.enqueue("keygen", folder)
        guard made.code == 0 else { throw SystemFailure("keygen: \(made.errors)") }
        (publicKey, privateKey) = (folder + "/relocation.pub", folder + "/relocation.key")
    }

    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func encrypt(_ source: String? = nil, to name: String = "out.tar") throws -> String {
        let path = folder.file(name)
        let result = try installation.enqueue("encrypt", path, "--src", source ?? plain, "--encrypt-with", publicKey)
        #expect(result.code == 0 && result.output.isEmpty, "\(result.errors)")
        return path
    }

    /// The command fails with that code and those words, and leaves nothing.
    private func expect(
        _ code: Int32, _ words: String..., of arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let result = try installation.start("relocation-enqueue", arguments).result()
        #expect(result.code == code && result.output.isEmpty, "\(result.errors)", sourceLocation: sourceLocation)
        for word in words { #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: sourceLocation) }
        #expect(!result.errors.contains(Refusal.secret), sourceLocation: sourceLocation)
        let after = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        // The output of the command itself.
        let new = Set(after).subtracting(names).filter { !$0.hasSuffix(".out") && !$0.hasSuffix(".err") }
        #expect(new.isEmpty, sourceLocation: sourceLocation)
    }

    @Test func aTextGoesThereAndBack() throws {
        let tarball = try encrypt()
        #expect(mode(tarball) == 0o600)
        let back = folder.file("back.json")
        let result = try installation.enqueue("decrypt", back, "--src", tarball, "--decrypt-with", privateKey)
        #expect(result.code == 0 && result.output.isEmpty, "\(result.errors)")
        #expect(folder.read("back.json") == "[\(row())]" && mode(back) == 0o600)
        let users = try installation.enqueue("users", "--check", "--decrypt-with", privateKey, tarball)
        #expect(users.code == 0 && users.errors.contains("1 row"), "\(users.errors)")
    }

    @Test func streams() throws {
        let sealed = try installation.start(
            "relocation-enqueue", ["encrypt", "-", "--src", "-", "--encrypt-with", publicKey], input: plain)
        #expect(try sealed.result().code == 0)
        let key = ["bash", "-c", "exec 3<\"$0\"; exec \"$@\"", privateKey]
        let opened = try installation.start(
            "relocation-enqueue", ["decrypt", "-", "--src", "-", "--decrypt-with", "/dev/fd/3"],
            input: sealed.output, under: key
        ).result()
        #expect(opened.code == 0 && opened.output == "[\(row())]", "\(opened.errors)")
        let nowhere = try installation.enqueue(
            "encrypt", "-", "--src", plain, "--encrypt-with", publicKey, environment: ["TMPDIR": "/nowhere"])
        #expect(nowhere.code == 73 && nowhere.output.isEmpty && nowhere.errors.contains("TMPDIR"), "\(nowhere.errors)")
    }

    /// Thirty megabytes of rows.
    @Test func memoryDoesNotGrowWithTheText() throws {
        let name = String(repeating: "x", count: 1000)
        let rows = (1...30_000).map { #"{"model":"sentry.user","pk":\#($0),"fields":{"name":"\#(name)"}}"# }
        let text = "[" + rows.joined(separator: ",") + "]"
        let source = try folder.write(text, to: "large.json")
        let commands = [
            ["encrypt", folder.file("large.tar"), "--src", source, "--encrypt-with", publicKey],
            ["decrypt", folder.file("back.json"), "--src", folder.file("large.tar"), "--decrypt-with", privateKey],
        ]
        for command in commands {
            let running = try installation.start("relocation-enqueue", command)
            let peak = AnonymousMemory.peak(of: running.process)
            let end = try running.result(within: 120)
            #expect(end.code == 0, "\(end.errors)")
            #expect(peak > 1 << 20 && peak < 24 << 20, "\(peak >> 10) kB anonymous")
        }
        #expect(folder.read("back.json") == text)
    }

    @Test func keysAreMadeOnce() throws {
        #expect(mode(folder.file("keys")) == 0o700 && mode(privateKey) == 0o600)
        let first = folder.read("keys/relocation.key")
        try expect(73, "relocation.key exists already", of: ["keygen", folder.file("keys")])
        #expect(folder.read("keys/relocation.key") == first)
        #expect(unlink(privateKey) == 0)
        try expect(73, "relocation.pub exists already", of: ["keygen", folder.file("keys")])
        #expect(mode(privateKey) == 0)
        try expect(73, "no/folder", of: ["keygen", folder.file("no/folder")])
        try expect(73, of: ["keygen", plain])
        try expect(64, "2048, 3072, 4096", of: ["keygen", folder.file("x"), "--bits", "1024"])
        try expect(64, "is empty", of: ["keygen", ""])
    }

    @Test func keysThatAreNone() throws {
        let tarball = try encrypt()
        let out = folder.file("x")
        let encrypt = ["encrypt", out, "--src", plain, "--encrypt-with"]
        try expect(66, "public key file nowhere", of: encrypt + ["nowhere"])
        try expect(66, "Is a directory", of: encrypt + [folder.path])
        try expect(65, "PEM", of: encrypt + [plain])
        try expect(65, "private key", of: encrypt + [privateKey])
        try expect(65, "no key", "65536 bytes", of: encrypt + ["/dev/zero"])
        let decrypt = ["decrypt", out, "--src", tarball, "--decrypt-with"]
        try expect(66, "private key file nowhere", of: decrypt + ["nowhere"])
        try expect(65, "public key", of: decrypt + [publicKey])
        let other = folder.file("other")
        #expect(try installation.enqueue("keygen", other).code == 0)
        try expect(65, "not the one", of: decrypt + [other + "/relocation.key"])
        try expect(64, "--encrypt-with", of: ["encrypt", out, "--src", plain])
        try expect(64, "--decrypt-with", of: ["decrypt", out, "--src", tarball])
    }

    @Test func filesThatAreNone() throws {
        let tarball = try encrypt()
        let key = ["--decrypt-with", privateKey]
        try expect(65, "not encrypted", of: ["decrypt", folder.file("x"), "--src", plain] + key)
        try expect(
            66, "nothing cannot be opened", of: ["decrypt", folder.file("x"), "--src", folder.file("nothing")] + key)
        try expect(73, "is a folder", of: ["decrypt", folder.path, "--src", tarball] + key)
        try expect(73, "/no/such/x", of: ["decrypt", "/no/such/x", "--src", tarball] + key)
        try expect(73, "No space left", of: ["decrypt", "/dev/full", "--src", tarball] + key)
        try expect(64, "also reads or writes", of: ["decrypt", tarball, "--src", tarball] + key)
        let seal = ["--encrypt-with", publicKey]
        try expect(65, "encrypted tarball already", of: ["encrypt", folder.file("x"), "--src", tarball] + seal)
        try expect(73, "No space left", of: ["encrypt", "/dev/full", "--src", plain] + seal)
        let broken = try folder.write("[\n\(row()),\n{\"a\": tru}]", to: "broken.json")
        try expect(65, "record 2", "line 3", of: ["encrypt", folder.file("x"), "--src", broken] + seal)
    }

    /// Cut anywhere, or changed anywhere in the token.
    @Test func aDamagedTarballLeavesNothing() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: encrypt()))
        var damaged = [100, 600, 1100, 1700].map { whole.prefix($0) }
        for place in [512, 540, 600] {
            var changed = whole
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            damaged.append(changed)
        }
        let kept = try folder.write("before", to: "kept.json")
        let path = folder.file("damaged.tar")
        for bytes in damaged {
            try bytes.write(to: URL(fileURLWithPath: path))
            try expect(65, "Error: ", of: ["decrypt", kept, "--src", path, "--decrypt-with", privateKey])
            #expect(folder.read("kept.json") == "before")
        }
    }

    /// A limit on the size of files stands for a full disk.
    @Test func aFullDiskLeavesNothing() throws {
        let long = "[" + (1...3000).map { row(pk: "\($0)") }.joined(separator: ",") + "]"
        let source = try folder.write(long, to: "long.json")
        let target = try TemporaryFolder()
        let result = try installation.start(
            "relocation-enqueue", ["encrypt", target.file("x.tar"), "--src", source, "--encrypt-with", publicKey],
            under: ["bash", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "bash"]
        ).result()
        #expect(result.code == 73 && result.errors.contains("File too large"), "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.path) == [])
    }
}

/// Keys that a program wraps, as one of a key management service would.
@Suite struct KeyCommandTests {
    private let installation: Installation
    private let plain: String
    private let wrap: String
    private let unwrap: String

    private static let padding =
        "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256"

    init() throws {
        installation = try Installation(migrated: false)
        let folder = installation.folder
        plain = try folder.write("[\(row())]", to: "plain.json")
        _ = try installation.enqueue("keygen", folder.file("keys"))
        wrap = "openssl pkeyutl -encrypt -pubin -inkey '\(folder.file("keys/relocation.pub"))' \(Self.padding)"
        unwrap = "openssl pkeyutl -decrypt -inkey '\(folder.file("keys/relocation.key"))' \(Self.padding)"
    }

    private func encrypt(_ more: String...) throws -> String {
        let path = installation.folder.file("wrapped.tar")
        let result = try installation.start(
            "relocation-enqueue", ["encrypt", path, "--src", plain, "--encrypt-with-command", wrap] + more
        ).result()
        #expect(result.code == 0, "\(result.errors)")
        return path
    }

    @Test func everyCommandTakesTheProgram() throws {
        let path = try encrypt()
        let back = try installation.enqueue("decrypt", "-", "--src", path, "--decrypt-with-command", unwrap)
        #expect(back.code == 0 && back.output == "[\(row())]", "\(back.errors)")
        let check = try installation.enqueue("users", "--check", "--decrypt-with-command", unwrap, path)
        #expect(check.code == 0, "\(check.errors)")
        let left = try installation.enqueue("compare", "--decrypt-left-with-command", unwrap, path, plain)
        #expect(left.code == 0, "\(left.errors)")
        let right = try installation.enqueue("compare", "--decrypt-right-with-command", unwrap, plain, path)
        #expect(right.code == 0, "\(right.errors)")
    }

    /// With the public key beside it, the private key opens it, too.
    @Test func thePublicKeyGoesAlong() throws {
        let key = installation.folder.file("keys/relocation")
        let path = try encrypt("--encrypt-with", key + ".pub")
        let back = try installation.enqueue("decrypt", "-", "--src", path, "--decrypt-with", key + ".key")
        #expect(back.code == 0 && back.output == "[\(row())]", "\(back.errors)")
        let without = try installation.enqueue("decrypt", "-", "--src", encrypt(), "--decrypt-with", key + ".key")
        #expect(without.code == 65 && without.output.isEmpty)
    }

    @Test func aProgramThatFails() throws {
        let path = try encrypt()
        let failed = try installation.enqueue(
            "decrypt", "-", "--src", path, "--decrypt-with-command", "sh -c 'echo no network >&2; exit 4'")
        #expect(failed.code == 65 && failed.output.isEmpty)
        #expect(failed.errors == "no network\nError: sh has ended with exit code 4; its own messages say why\n")
        let both = try installation.enqueue(
            "decrypt", "-", "--src", path, "--decrypt-with", plain, "--decrypt-with-command", unwrap)
        #expect(both.code == 64 && both.errors.contains("exclude each other"))
        let same = try installation.enqueue(
            "encrypt", installation.folder.file("x"), "--src", plain, "--encrypt-with-command", "cat")
        #expect(same.code == 65 && same.errors.contains("it must encrypt it"))
    }
}
