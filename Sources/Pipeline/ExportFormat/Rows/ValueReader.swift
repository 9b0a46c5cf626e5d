/// Reads JSON texts of any shape into values that keep the order of their keys. One instance serves one thread.
///
/// It takes what Python's reader takes and JSON does not know: `NaN`, `Infinity`, and half surrogate pairs, which become
/// stand-ins (see ``HalfStandIn``).
package final class ValueReader {
    private let fast: ScratchParser
    private let slow: TextParser

    package init(maxDepth: Int) {
        fast = ScratchParser(maxDepth: maxDepth)
        slow = TextParser(maxDepth: maxDepth, takesNaN: true, takesHalves: true)
    }

    /// Why a text is none, for people.
    package struct Refusal: Error, Equatable {
        package let reason: String
    }

    package func value(_ text: [UInt8]) throws(Refusal) -> FieldValue {
        try text.withUnsafeBufferPointer { bytes throws(Refusal) in try value(bytes) }
    }

    package func value(_ bytes: UnsafeBufferPointer<UInt8>) throws(Refusal) -> FieldValue {
        if HalfStandIn.mayOccur(in: bytes) {
            throw Refusal(reason: "holds characters U+10D800 to U+10DFFF, which no event may have")
        }
        if let tape = fast.parse(bytes) { return tape.root.valueAsRead }
        do {
            return try slow.parse(bytes).root.value { HalfStandIn.text($0) }
        } catch {
            throw Refusal(reason: "is not JSON: byte \(error.offset) \(error.problem)")
        }
    }

    /// Some members of an object, which is much faster than all of them; nil for a text that is no object.
    package func members(_ keys: Set<String>, of text: [UInt8]) -> FieldValue? {
        let found: FieldValue? = text.withUnsafeBufferPointer { bytes in
            guard let tape = fast.parse(bytes), tape.root.isObject else { return nil }
            let entries = TapeEntries(tape.root).entries.map { (key: $0.key.text, value: $0.value) }
            return .object(entries.filter { keys.contains($0.key) }.map { .init($0.key, $0.value.valueAsRead) })
        }
        // What the fast parser does not take may be an object all the same.
        guard found == nil, case .object(let members) = try? value(text) else { return found }
        return .object(members.filter { keys.contains($0.key) })
    }
}

extension TapeValue {
    /// ``valueAsRead`` with texts that `text` makes of their bytes.
    func value(_ text: (UnsafeBufferPointer<UInt8>) -> String) -> FieldValue {
        switch type {
        case TapeType.string: .text(text(bytes))
        case TapeType.array: .list(items.map { $0.value(text) })
        case TapeType.object: .object(TapeEntries(self).entries.map { .init(text($0.key.bytes), $0.value.value(text)) })
        default: valueAsRead
        }
    }
}

/// Characters of the last private plane that stand for half surrogate pairs, which a text cannot hold: U+10D800 stands
/// for the code unit D800. ``JSONOutput`` writes them as that code unit again.
package enum HalfStandIn {
    static let scalars: ClosedRange<UInt32> = 0x10_D800...0x10_DFFF

    /// Whether a text has one of these characters itself.
    static func mayOccur(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        while let place = bytes[start...].firstIndex(of: 0xF4) {
            if place + 2 < bytes.count, bytes[place + 1] == 0x8D, bytes[place + 2] >= 0xA0 { return true }
            start = place + 1
        }
        return false
    }

    /// The text of bytes that may have halves as ``HalfSurrogate`` spells them.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard var (place, unit) = HalfSurrogate.first(in: bytes, from: 0) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var out = ""
        var start = 0
        while true {
            out += String(decoding: bytes[start..<place], as: UTF8.self)
            if let scalar = Unicode.Scalar(0x10_0000 + UInt32(unit)) { out.unicodeScalars.append(scalar) }
            start = place + 3
            guard let next = HalfSurrogate.first(in: bytes, from: start) else { break }
            (place, unit) = next
        }
        return out + String(decoding: bytes[start...], as: UTF8.self)
    }

    /// Whether a character stands for half a surrogate pair.
    package static func isOne(_ scalar: Unicode.Scalar) -> Bool { scalars.contains(scalar.value) }
}
