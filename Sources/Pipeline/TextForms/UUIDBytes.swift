/// The sixteen bytes of a UUID.
package struct UUIDBytes: Equatable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A version 4 UUID made of random bytes, of which six bits are replaced.
    package static func version4(_ high: UInt64, _ low: UInt64) -> UUIDBytes {
        UUIDBytes(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000, low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// Exactly 32 hexadecimal digits of either case; nil for anything else.
    package init?(digits: some Sequence<UInt8>) {
        var count = 0
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in digits {
            guard let digit = Hex.digit(byte), count < 32 else { return nil }
            if count < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            count += 1
        }
        guard count == 32 else { return nil }
        self.init(high: high, low: low)
    }

    /// Dashed or not, braced or not, of either case, as PostgreSQL reads it; nil for anything else.
    package init?(_ text: String) {
        self.init(digits: text.utf8.lazy.filter { !Self.marks.contains($0) })
    }

    private static let marks = Array("-{}".utf8)

    /// Dashed, lower case.
    package var text: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        let alphabet = Alphabet.hexadecimal
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append(UInt8(ascii: "-")) }
            let half = index < 16 ? high : low
            text.append(alphabet[Int(half >> UInt64(60 - index % 16 * 4) & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
