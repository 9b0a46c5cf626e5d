import Glibc

extension TapeValue {
    /// A copy that outlives the tape.
    package var fieldValue: FieldValue {
        switch type {
        case TapeType.array: .list(items.map(\.fieldValue))
        case TapeType.object:
            .object(sorting: TapeEntries(self).entries.map { .init($0.key.text, $0.value.fieldValue) })
        default: scalarValue
        }
    }

    /// The same with the keys of objects in the order read.
    package var valueAsRead: FieldValue {
        switch type {
        case TapeType.array: .list(items.map(\.valueAsRead))
        case TapeType.object: .object(TapeEntries(self).entries.map { .init($0.key.text, $0.value.valueAsRead) })
        default: scalarValue
        }
    }

    private var scalarValue: FieldValue {
        switch type {
        case TapeType.string: .text(text)
        case TapeType.integer: .integer(int64)
        case TapeType.unsigned: .bigInteger(String(bits))
        case TapeType.bigInteger: .bigInteger(text)
        case TapeType.double: .double(double)
        case TapeType.yes: .bool(true)
        case TapeType.no: .bool(false)
        default: .null
        }
    }

    /// An integer as the reference reads it, from digits in a string too; nil for anything else.
    package var integer: Int64? { isNull ? nil : try? NumberRules.integer(self) }

    /// Whether the JSON of both is the same, whatever the order of keys.
    func isSame(as other: TapeValue) -> Bool {
        guard type == other.type else { return false }
        switch type {
        case TapeType.string, TapeType.bigInteger: return bytes.isSame(as: other.bytes)
        case TapeType.integer, TapeType.unsigned, TapeType.double: return bits == other.bits
        case TapeType.array: return hasSameItems(as: other)
        // Objects are mostly written by the same program, in the same order.
        case TapeType.object: return hasSameItems(as: other) || fieldValue == other.fieldValue
        default: return true
        }
    }

    private func hasSameItems(as other: TapeValue) -> Bool {
        var left = items
        var right = other.items
        while let item = left.next() {
            guard let otherItem = right.next(), item.isSame(as: otherItem) else { return false }
        }
        return right.next() == nil
    }
}

extension UnsafeBufferPointer<UInt8> {
    @inline(__always)
    package func isSame(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard count > 0, let base = baseAddress, let otherBase = other.baseAddress else { return true }
        return memcmp(base, otherBase, count) == 0
    }
}
