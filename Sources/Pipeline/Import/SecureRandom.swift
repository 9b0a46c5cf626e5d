import Catalogue
internal import Glibc

/// Random values from the kernel's generator, read in blocks: a user needs five of them, and a system call each would
/// cost more than writing the row.
struct SecureRandom {
    private var block = [UInt8](repeating: 0, count: 4096)
    private var used = 4096

    private mutating func byte() -> UInt8 {
        if used == block.count { refill() }
        used += 1
        return block[used - 1]
    }

    private mutating func refill() {
        block.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { arc4random_buf(base, buffer.count) }
        }
        used = 0
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(count)
        for _ in 0..<count { out.append(byte()) }
        return out
    }

    /// Characters drawn evenly from an alphabet of at most 256.
    mutating func string(_ count: Int, of alphabet: [UInt8]) -> String {
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
    mutating func alphanumeric(_ count: Int) -> String { string(count, of: Self.alphanumerics) }

    /// Lower-case hexadecimal digits.
    mutating func hex(_ count: Int) -> String { string(count, of: Self.hexDigits) }

    /// A version 4 UUID, dashed.
    mutating func uuid4() -> String {
        var raw = bytes(16)
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        var out = ""
        for (position, byte) in raw.enumerated() {
            if [4, 6, 8, 10].contains(position) { out += "-" }
            out.unicodeScalars.append(Unicode.Scalar(Self.hexDigits[Int(byte >> 4)]))
            out.unicodeScalars.append(Unicode.Scalar(Self.hexDigits[Int(byte & 15)]))
        }
        return out
    }

    /// A password digest that no password has: the reference hashes a random password nobody will ever know, at half a
    /// second of CPU each; random bytes of the same format are as unusable.
    mutating func unusablePassword() -> String {
        "pbkdf2_sha256$720000$\(alphanumeric(22))$\(Base64.encode(bytes(32)))"
    }

    private static let alphanumerics = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let hexDigits = Array("0123456789abcdef".utf8)
}

/// Standard base64 with padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { out in
            var filled = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let group = bytes[start..<min(start + 3, bytes.count)]
                var bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * (3 - UInt32(group.count)))
                bits <<= 8
                for position in 0..<4 {
                    let isPadding = position > group.count
                    out[filled] = isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> 26)]
                    bits <<= 6
                    filled += 1
                }
            }
            return filled
        }
    }
}
