/// Numbers that tell values apart, within one process. Equal JSON has equal numbers, whatever the order of keys; different
/// JSON has the same one in 2⁶⁴ cases, which nobody can choose.
package enum FieldDigest {
    private static let seed = UInt64.random(in: .min ... .max)

    /// Odd constants without a pattern: digits of π and e.
    private static let first: UInt64 = 0x243F_6A88_85A3_08D3
    private static let second: UInt64 = 0xB7E1_5162_8AED_2A6B

    @inline(__always)
    package static func mixed(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = (left ^ first).multipliedFullWidth(by: right ^ second)
        return product.high ^ product.low
    }

    package static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        var state = mixed(seed, UInt64(raw.count))
        var at = 0
        while at + 8 <= raw.count {
            state = mixed(state ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self), seed)
            at += 8
        }
        var rest: UInt64 = 0
        while at < raw.count {
            rest = rest << 8 | UInt64(raw[at])
            at += 1
        }
        return mixed(state ^ rest, seed)
    }
}

extension TapeValue {
    /// Tells one value from another as exactly as JSON does: `1` is not `1.0`. Only for this process.
    package var exactDigest: UInt64 {
        switch type {
        case TapeType.string, TapeType.bigInteger: FieldDigest.mixed(FieldDigest.of(bytes), UInt64(type))
        case TapeType.integer, TapeType.unsigned, TapeType.double: FieldDigest.mixed(bits, UInt64(type))
        case TapeType.array: items.reduce(UInt64(type)) { FieldDigest.mixed($0, $1.exactDigest) }
        // A key that occurs twice may be written once elsewhere: the digests differ, and the rows are compared.
        case TapeType.object: FieldDigest.mixed(entriesDigest { _ in true }, UInt64(type))
        default: UInt64(type)
        }
    }

    /// Of the entries whose keys are wanted, in any order.
    func entriesDigest(_ isWanted: (UnsafeBufferPointer<UInt8>) -> Bool) -> UInt64 {
        var sum: UInt64 = 0
        var items = items
        while let key = items.next(), let value = items.next() {
            let name = key.bytes
            if isWanted(name) { sum &+= FieldDigest.mixed(FieldDigest.of(name), value.exactDigest) }
        }
        return sum
    }
}
