import Crypto
import TextForms

/// SHA-256 of a text, computed block by block.
final class TextDigest {
    private var hash = SHA256()

    func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    func hexadecimal() -> String { Hex.text(hash.finalize()) }
}
