/// The type bytes of a tape's words: those of simdjson, and one of our own for integers beyond 64 bits.
enum TapeType {
    static let object = UInt8(ascii: "{")
    static let objectEnd = UInt8(ascii: "}")
    static let array = UInt8(ascii: "[")
    static let arrayEnd = UInt8(ascii: "]")
    static let string = UInt8(ascii: "\"")
    static let integer = UInt8(ascii: "l")
    static let unsigned = UInt8(ascii: "u")
    static let double = UInt8(ascii: "d")
    static let yes = UInt8(ascii: "t")
    static let no = UInt8(ascii: "f")
    static let null = UInt8(ascii: "n")
    static let root = UInt8(ascii: "r")
    /// An integer of any size: its payload points at its digits, kept like a string.
    static let bigInteger = UInt8(ascii: "Z")
}

/// A parsed JSON text in simdjson's form. It is a list of words, each with a type byte and 56 bits of payload. The
/// value of a number follows in a word of its own. The payload of an opening bracket is the index after its closing
/// bracket. Strings lie in a buffer of their own, each after its length in four bytes. The pointers belong to a parser
/// and are valid until its next use.
package struct Tape {
    let words: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>

    /// The text's one value.
    package var root: TapeValue { TapeValue(tape: self, index: 1) }

    /// - Parameter position: of a value, as a plan has located it
    package func value(at position: Int) -> TapeValue { TapeValue(tape: self, index: position) }
}

/// One value on a tape.
package struct TapeValue {
    let tape: Tape
    let index: Int

    @inline(__always) private var word: UInt64 { tape.words[index] }
    @inline(__always) private var payload: Int { Int(truncatingIfNeeded: word & 0x00FF_FFFF_FFFF_FFFF) }

    @inline(__always) var type: UInt8 { UInt8(truncatingIfNeeded: word >> 56) }

    /// Index of the value that follows this one.
    @inline(__always) var next: Int {
        switch type {
        case TapeType.object, TapeType.array: Int(truncatingIfNeeded: word & 0xFFFF_FFFF)
        case TapeType.integer, TapeType.unsigned, TapeType.double: index + 2
        default: index + 1
        }
    }

    @inline(__always) package var isNull: Bool { type == TapeType.null }
    @inline(__always) package var isString: Bool { type == TapeType.string }

    /// Whether it is the string `""`.
    package var isEmptyText: Bool { isString && bytes.isEmpty }
    package var isNumber: Bool {
        [TapeType.integer, TapeType.unsigned, TapeType.bigInteger, TapeType.double].contains(type)
    }
    @inline(__always) package var isObject: Bool { type == TapeType.object }
    @inline(__always) package var isArray: Bool { type == TapeType.array }

    /// A string's UTF-8, or a big integer's digits. Only for those.
    @inline(__always) package var bytes: UnsafeBufferPointer<UInt8> {
        let start = tape.strings + payload
        let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: start + 4, count: Int(length))
    }

    @inline(__always) package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The word after a number's type.
    @inline(__always) var bits: UInt64 { tape.words[index + 1] }

    @inline(__always) var int64: Int64 { Int64(bitPattern: bits) }
    @inline(__always) var double: Double { Double(bitPattern: bits) }

    /// Whether it is, or holds, a number that is not finite.
    var holdsNonFinite: Bool {
        switch type {
        case TapeType.double: !double.isFinite
        case TapeType.object, TapeType.array: items.contains(where: \.holdsNonFinite)
        default: false
        }
    }

    /// Whether it is, or holds, an integer beyond 64 bits.
    var holdsBigInteger: Bool {
        var place = index
        let end = next
        while place < end {
            let value = TapeValue(tape: tape, index: place)
            if value.type == TapeType.bigInteger { return true }
            place = value.isObject || value.isArray ? place + 1 : value.next
        }
        return false
    }

    /// An empty container.
    var isEmptyContainer: Bool { (isObject || isArray) && next == index + 2 }

    /// The values of an array, or the keys and values of an object in turn. Only for those.
    @inline(__always) package var items: TapeItems { TapeItems(tape: tape, index: index + 1, end: next - 1) }

    /// The kind of value, for messages; never the value itself.
    var kindForPeople: String {
        switch type {
        case TapeType.object: "an object"
        case TapeType.array: "a list"
        case TapeType.string: "a string"
        case TapeType.integer, TapeType.unsigned, TapeType.bigInteger: "an integer"
        case TapeType.double: "a fraction"
        case TapeType.yes, TapeType.no: "a boolean"
        default: "null"
        }
    }
}

/// Iterates over the content of a container.
package struct TapeItems: Sequence, IteratorProtocol {
    let tape: Tape
    var index: Int
    let end: Int

    @inline(__always)
    package mutating func next() -> TapeValue? {
        guard index < end else { return nil }
        let value = TapeValue(tape: tape, index: index)
        index = value.next
        return value
    }
}

/// The entries of an object as a dictionary keeps them: each key once, in the order of first occurrence, with its last
/// value.
package struct TapeEntries {
    package private(set) var entries: [(key: TapeValue, value: TapeValue)] = []

    /// Up to so many keys, comparing each with all before it is faster than a dictionary.
    private static let fewKeys = 48

    package init(_ object: TapeValue) {
        var places: [[UInt8]: Int] = [:]
        var items = object.items
        while let key = items.next(), let value = items.next() {
            if let place = place(of: key.bytes, &places) {
                entries[place].value = value
            } else {
                entries.append((key, value))
            }
        }
    }

    /// The place of a key among those before it; nil for a new one.
    ///
    /// - Parameter places: of all keys, once they are many
    private func place(of key: UnsafeBufferPointer<UInt8>, _ places: inout [[UInt8]: Int]) -> Int? {
        if entries.count < Self.fewKeys { return entries.firstIndex { $0.key.bytes.isSame(as: key) } }
        for place in places.count..<entries.count { places[Array(entries[place].key.bytes)] = place }
        return places[Array(key)]
    }
}
