import Crypto
import TextForms

/// SHA-256 of a text that passes by.
final class TextDigest {
    private var hash = SHA256()

    func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    func hexadecimal() -> String { Hex.text(hash.finalize()) }
}
