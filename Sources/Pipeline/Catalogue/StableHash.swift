/// Mixes numbers and bytes into 64 bits. What it gives is stored, so that it must stay the same in every version. It tells
/// changes of a row, not forgeries.
package enum StableHash {
    private static let first: UInt64 = 0xA076_1D64_78BD_642F
    private static let second: UInt64 = 0xE703_7ED1_A0B4_28DB

    /// Depends on the order of the two.
    @inline(__always)
    package static func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let product = (one ^ first).multipliedFullWidth(by: other ^ second)
        return product.high ^ product.low ^ other
    }

    package static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = UInt64(bytes.count)
        let raw = UnsafeRawBufferPointer(bytes)
        var place = 0
        while place + 8 <= raw.count {
            hash = mix(hash, UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            place += 8
        }
        var rest: UInt64 = 0
        for byte in raw[place...] { rest = rest << 8 | UInt64(byte) }
        return mix(hash, rest)
    }
}
