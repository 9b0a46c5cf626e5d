import Crypto
import TextForms

/// SHA-256 of a text, computed block by block.
package final class TextDigest {
    private var hash = SHA256()

    package init() {}

    package func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    package func hexadecimal() -> String { Hex.text(hash.finalize()) }
}
