/// Bytes and numbers as lower-case hexadecimal digits.
package enum Hex {
    /// Two digits per byte.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.underestimatedCount * 2)
        for byte in bytes {
            out.append(digit(of: byte >> 4))
            out.append(digit(of: byte & 15))
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func digit(of value: UInt8) -> UInt8 { value + (value < 10 ? 0x30 : 0x57) }

    /// All digits of a number, leading zeros included: two per byte of its type.
    package static func text<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: Number.bitWidth / 4 - digits.count) + digits
    }

    /// The value of an ASCII digit of either case; nil for any other byte.
    @inlinable
    package static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}

/// Characters that random texts are made of.
package enum Alphabet {
    package static let hexadecimal = Array("0123456789abcdef".utf8)
    package static let alphanumeric = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
}
