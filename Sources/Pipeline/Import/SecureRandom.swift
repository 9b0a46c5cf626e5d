import Catalogue
import TextForms
internal import Glibc

/// Random values from the kernel's generator. They are read in blocks: a user needs five, and a system call for each would
/// cost more than to write the row. One instance is shared and never copied: two copies would give the same secrets.
final class SecureRandom {
    private var block = [UInt8](repeating: 0, count: 4096)
    private var used = 4096

    private func byte() -> UInt8 {
        if used == block.count { refill() }
        used += 1
        return block[used - 1]
    }

    private func refill() {
        block.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { arc4random_buf(base, buffer.count) }
        }
        used = 0
    }

    func bytes(_ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(count)
        for _ in 0..<count { out.append(byte()) }
        return out
    }

    /// Characters drawn evenly from an alphabet of at most 256 bytes.
    func string(_ count: Int, of alphabet: [UInt8]) -> String {
        let limit = 256 - 256 % alphabet.count
        return String(unsafeUninitializedCapacity: count) { buffer in
            var filled = 0
            while filled < count {
                let value = Int(byte())
                if value >= limit { continue }
                buffer[filled] = alphabet[value % alphabet.count]
                filled += 1
            }
            return count
        }
    }

    /// `[A-Za-z0-9]`
    func alphanumeric(_ count: Int) -> String { string(count, of: Alphabet.alphanumeric) }

    /// Lower-case hexadecimal digits.
    func hex(_ count: Int) -> String { string(count, of: Alphabet.hexadecimal) }

    /// A version 4 UUID, dashed.
    func uuid4() -> String {
        let raw = bytes(16).map(UInt64.init)
        let half = { (bytes: ArraySlice<UInt64>) in bytes.reduce(0) { $0 << 8 | $1 } }
        return UUIDBytes.version4(half(raw[..<8]), half(raw[8...])).text
    }

    /// A digest that no known password has. The reference hashes a random password that nobody will ever know, which takes
    /// half a second; random bytes in the same format are as unusable.
    func unusablePassword() -> String {
        "pbkdf2_sha256$720000$\(alphanumeric(22))$\(Base64.encode(bytes(32)))"
    }
}
