/// A notation for the values of a tape. The dialects share the recursion and differ in words, separators and strings.
protocol TapeDialect {
    static var trueWord: String { get }
    static var falseWord: String { get }
    static var nullWord: String { get }
    /// Between two items of a list or an object.
    static var itemSeparator: String { get }
    /// Between a key and its value.
    static var keySeparator: String { get }

    /// - Parameter text: UTF-8, perhaps with halves of surrogate pairs.
    static func appendString(_ text: UnsafeBufferPointer<UInt8>, to out: inout String)
    static func double(_ number: Double) -> String
}

extension TapeDialect {
    static func append(_ value: TapeValue, to out: inout String) {
        switch value.type {
        case TapeType.string: appendString(value.bytes, to: &out)
        case TapeType.integer: out += String(value.int64)
        case TapeType.unsigned: out += String(value.bits)
        case TapeType.bigInteger: out += value.text
        case TapeType.double: out += double(value.double)
        case TapeType.yes: out += trueWord
        case TapeType.no: out += falseWord
        case TapeType.array: appendList(value, to: &out)
        case TapeType.object: appendObject(value, to: &out)
        default: out += nullWord
        }
    }

    private static func appendList(_ list: TapeValue, to out: inout String) {
        out += "["
        for (place, item) in list.items.enumerated() {
            if place > 0 { out += itemSeparator }
            append(item, to: &out)
        }
        out += "]"
    }

    private static func appendObject(_ object: TapeValue, to out: inout String) {
        out += "{"
        for (place, entry) in TapeEntries(object).entries.enumerated() {
            if place > 0 { out += itemSeparator }
            appendString(entry.key.bytes, to: &out)
            out += keySeparator
            append(entry.value, to: &out)
        }
        out += "}"
    }
}
