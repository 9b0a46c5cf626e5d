import Crypto
import CryptoExtras
import Foundation
import TestSupport

/// Writes an encrypted tarball as the reference does, a piece at a time, with a key of its own.
struct EncryptedExport {
    /// 2048 bits, made once: making one takes a while.
    private static let sharedPEM = Result { try _RSA.Encryption.PrivateKey(keySize: .bits2048).pemRepresentation }

    let key: _RSA.Encryption.PrivateKey
    let folder: TemporaryFolder
    private let dataKey = SymmetricKey(size: .bits256)

    init() throws {
        key = try _RSA.Encryption.PrivateKey(pemRepresentation: try Self.sharedPEM.get())
        folder = try TemporaryFolder()
    }

    /// The path of the private key's file.
    func privateKey() throws -> String { try folder.write(key.pemRepresentation, to: "key.priv") }

    /// Encrypts a file into the three members; `break` may change the last bytes of the token, its tag among them.
    func members(of plain: String, breaking: Bool = false) throws {
        let dataKey = dataKey.withUnsafeBytes { Data($0) }
        let wrapped = try key.publicKey.encrypt(
            Data(Self.base64URL(dataKey)), padding: .PKCS1_OAEP_SHA256)
        try wrapped.write(to: URL(fileURLWithPath: folder.file("data.key")))
        try folder.write(key.publicKey.pemRepresentation + "\n", to: "key.pub", mode: 0o644)
        try writeToken(of: plain, signing: dataKey.prefix(16), cipher: dataKey.suffix(16), breaking: breaking)
    }

    /// Packs members into a tarball; returns its path.
    func pack(_ names: [String] = ["export.json", "data.key", "key.pub"]) throws -> String {
        let path = folder.file("export.tar")
        let tar = try ChildProcess("tar", ["-C", folder.path, "-cf", path] + names)
        guard tar.wait() == 0 else { throw SystemFailure("tar failed") }
        return path
    }

    private func writeToken(of plain: String, signing: Data, cipher: Data, breaking: Bool) throws {
        guard let input = FileHandle(forReadingAtPath: plain) else { throw SystemFailure("no \(plain)") }
        try folder.write("", to: "export.json")
        guard let output = FileHandle(forWritingAtPath: folder.file("export.json")) else {
            throw SystemFailure("no export.json")
        }
        let secret = SymmetricKey(data: cipher)
        var vector = SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }
        var tag = HMAC<SHA256>(key: SymmetricKey(data: signing))
        var pending = Data([0x80, 0, 0, 0, 0, 0x65, 0, 0, 0]) + vector
        tag.update(data: pending)
        var isLast = false
        while !isLast {
            let block = try input.read(upToCount: 3 << 20) ?? Data()
            isLast = block.count < 3 << 20
            let sealed = try AES._CBC.encrypt(
                block, using: secret, iv: AES._CBC.IV(ivBytes: vector), noPadding: !isLast)
            tag.update(data: sealed)
            vector = Data(sealed.suffix(16))
            pending += sealed
            if isLast { pending += Data(tag.finalize()) }
            if isLast, breaking { pending[pending.index(before: pending.endIndex)] ^= 1 }
            // Whole groups of three bytes: only the end of the text is filled up.
            let whole = isLast ? pending.count : pending.count / 3 * 3
            try output.write(contentsOf: Self.base64URL(Data(pending.prefix(whole))))
            pending = Data(pending.dropFirst(whole))
        }
        try output.close()
    }

    private static func base64URL(_ bytes: Data) -> Data {
        var text = bytes.base64EncodedData()
        text.withUnsafeMutableBytes { (bytes: UnsafeMutableRawBufferPointer) in
            for place in bytes.indices {
                if bytes[place] == UInt8(ascii: "+") { bytes[place] = UInt8(ascii: "-") }
                if bytes[place] == UInt8(ascii: "/") { bytes[place] = UInt8(ascii: "_") }
            }
        }
        return text
    }
}
