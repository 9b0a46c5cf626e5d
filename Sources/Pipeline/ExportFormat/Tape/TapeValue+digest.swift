import Catalogue

extension TapeValue {
    /// Tells one value from another. The same for texts that differ in white space, in the order of keys, in escapes, or
    /// in how a whole number is written (`1`, `1.0`).
    var digest: UInt64 {
        switch type {
        case TapeType.object: objectDigest
        case TapeType.array: items.reduce(UInt64(type)) { StableHash.mix($0, $1.digest) }
        case TapeType.string, TapeType.bigInteger: StableHash.mix(StableHash.of(bytes), UInt64(type))
        case TapeType.integer, TapeType.unsigned: StableHash.mix(bits, UInt64(type))
        case TapeType.double: Self.digest(double)
        default: StableHash.mix(0, UInt64(type))
        }
    }

    /// A sum does not depend on the order of its parts.
    private var objectDigest: UInt64 {
        var sum: UInt64 = 0
        var items = items
        while let key = items.next(), let value = items.next() {
            sum &+= StableHash.mix(StableHash.of(key.bytes), value.digest)
        }
        return StableHash.mix(sum, UInt64(type))
    }

    private static func digest(_ number: Double) -> UInt64 {
        if let whole = Int64(exactly: number) {
            return StableHash.mix(UInt64(bitPattern: whole), UInt64(TapeType.integer))
        }
        return StableHash.mix(number.bitPattern, UInt64(TapeType.double))
    }
}
