import Catalogue
import TextForms

/// The texts that are replaced, each with the kind of the first rule that met it. It holds fingerprints of 60 bits, not
/// texts: about ten bytes for each.
struct Originals {
    private var shards = Array(repeating: FingerprintTable(), count: 1 << Self.shardBits)
    private var hasSecondKinds = false
    /// What the last four characters of API tokens become.
    private(set) var tokenEnds: [[UInt8]: [UInt8]] = [:]

    /// Tables grow one after the other, so that never all of them are copied.
    private static let shardBits = 6

    /// Remembers a text, unless it is known.
    mutating func note(_ text: UnsafeBufferPointer<UInt8>, as kind: TextKind) {
        insert(StableHash.of(text), kind.rawValue)
    }

    /// Remembers a text that is replaced twice. What the first rule makes of it is not seen, and so decides nothing.
    mutating func note(_ text: UnsafeBufferPointer<UInt8>, as kind: SecondKind) {
        hasSecondKinds = true
        insert(Self.secondKey(text), kind.rawValue)
    }

    /// nil for an unknown text.
    func kind(of text: UnsafeBufferPointer<UInt8>) -> TextKind? {
        value(of: StableHash.of(text)).flatMap(TextKind.init)
    }

    /// nil for a text that is not replaced twice.
    func secondKind(of text: UnsafeBufferPointer<UInt8>) -> SecondKind? {
        guard hasSecondKinds else { return nil }
        return value(of: Self.secondKey(text)).flatMap(SecondKind.init)
    }

    func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool { kind(of: text) != nil || secondKind(of: text) != nil }

    private static func secondKey(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        StableHash.mix(StableHash.of(text), 1)
    }

    private mutating func insert(_ key: UInt64, _ value: UInt8) {
        shards[Int(key >> (64 - Self.shardBits))].insert(key << Self.shardBits, value)
    }

    private func value(of key: UInt64) -> UInt8? {
        shards[Int(key >> (64 - Self.shardBits))].value(of: key << Self.shardBits)
    }

    /// The first token that comes with such an end decides.
    mutating func note(tokenEnd: UnsafeBufferPointer<UInt8>, becomes end: [UInt8]) {
        let old = Array(tokenEnd)
        if tokenEnds[old] == nil { tokenEnds[old] = end }
    }
}

/// Small numbers by fingerprints: a sorted list with gaps, in which each fingerprint stands at the place that its value
/// tells, or right behind it.
struct FingerprintTable {
    /// Fingerprint and number in the last bits; 0 is a gap.
    private var slots: [UInt64]
    private var places: Int
    private var count = 0

    private static let valueBits: UInt64 = 4
    /// Slots behind the last place, for fingerprints that are crowded out.
    private static let reserve = 16
    private static let fullPercent = 85
    private static let growthPercent = 120

    init(places: Int = 64) {
        self.places = places
        slots = Array(repeating: 0, count: places + Self.reserve)
    }

    /// The number that came first with this fingerprint; nil if none did.
    func value(of fingerprint: UInt64) -> UInt8? {
        let slot = slots[position(of: fingerprint)]
        guard slot != 0, Self.isSame(slot, fingerprint) else { return nil }
        return UInt8(truncatingIfNeeded: slot & (1 << Self.valueBits - 1))
    }

    /// - Parameter value: 1 to 15. The first one for a fingerprint stays.
    mutating func insert(_ fingerprint: UInt64, _ value: UInt8) {
        let at = position(of: fingerprint)
        if slots[at] != 0, Self.isSame(slots[at], fingerprint) { return }
        if count * 100 >= places * Self.fullPercent || slots[slots.count - 2] != 0 {
            grow()
            return insert(fingerprint, value)
        }
        put(Self.rounded(fingerprint) | UInt64(value), at: at)
    }

    private mutating func put(_ slot: UInt64, at place: Int) {
        var (slot, at) = (slot, place)
        while slot != 0 {
            swap(&slots[at], &slot)
            at += 1
        }
        count += 1
    }

    /// Where a fingerprint stands, or has to stand. The last slot is always a gap.
    private func position(of fingerprint: UInt64) -> Int {
        var at = Int(Self.rounded(fingerprint).multipliedFullWidth(by: UInt64(places)).high)
        while slots[at] != 0, slots[at] >> Self.valueBits < fingerprint >> Self.valueBits { at += 1 }
        return at
    }

    /// Without the bits that hold the number.
    private static func rounded(_ fingerprint: UInt64) -> UInt64 { fingerprint & ~(1 << valueBits - 1) }

    private static func isSame(_ slot: UInt64, _ fingerprint: UInt64) -> Bool {
        (slot ^ fingerprint) >> valueBits == 0
    }

    private mutating func grow() {
        var larger = FingerprintTable(places: places * Self.growthPercent / 100 + Self.reserve)
        for slot in slots where slot != 0 { larger.put(slot, at: larger.position(of: slot)) }
        self = larger
    }
}
