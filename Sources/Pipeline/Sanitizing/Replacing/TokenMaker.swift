import Crypto
import TextForms

/// Makes API tokens anew, so that a token's digest still belongs to it: a token depends on its digest alone.
struct TokenMaker {
    private let key: RunKey
    /// Characters that are kept of a token to tell it by.
    private static let endLength = 4

    init(_ key: RunKey) { self.key = key }

    /// 64 hexadecimal digits.
    func token(for old: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        Self.sha256(old).withUnsafeBufferPointer(token(forDigest:))
    }

    /// The digest of the token whose digest was the old one.
    func digest(for old: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        token(forDigest: old).withUnsafeBufferPointer(Self.sha256)
    }

    /// In hexadecimal.
    private static func sha256(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bufferPointer: UnsafeRawBufferPointer(text))
        return Array(Hex.text(hash.finalize()).utf8)
    }

    private func token(forDigest digest: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        text(.token, 64, digest)
    }

    /// The end of the token that replaces a token.
    func end(ofTokenFor old: UnsafeBufferPointer<UInt8>) -> [UInt8] { token(for: old).suffix(Self.endLength) }

    /// An end that belongs to no token.
    func end(for old: UnsafeBufferPointer<UInt8>) -> [UInt8] { text(.tokenEnd, Self.endLength, old) }

    private func text(
        _ purpose: RunKey.Purpose, _ count: Int, _ old: UnsafeBufferPointer<UInt8>
    ) -> [UInt8] {
        var random = key.stream(purpose, old)
        var out: [UInt8] = []
        random.append(count, of: Alphabet.hexadecimal, to: &out)
        return out
    }
}
