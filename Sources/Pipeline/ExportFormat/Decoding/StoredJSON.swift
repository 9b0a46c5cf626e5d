import Catalogue

/// Writes values as the reference stores JSON text: no spaces, ASCII only, keys in the order read, fractions as Python
/// writes them, what is not finite as `null`.
enum StoredJSON {
    static func text(_ value: TapeValue) -> String {
        var out = ""
        append(value, to: &out)
        return out
    }

    private static func append(_ value: TapeValue, to out: inout String) {
        switch value.type {
        case TapeType.string: out += JSONText.quoted(value.text)
        case TapeType.integer: out += String(value.int64)
        case TapeType.unsigned: out += String(value.bits)
        case TapeType.bigInteger: out += value.text
        case TapeType.double: out += value.double.isFinite ? PythonText.double(value.double) : "null"
        case TapeType.yes: out += "true"
        case TapeType.no: out += "false"
        case TapeType.array: appendList(value, to: &out)
        case TapeType.object: appendObject(value, to: &out)
        default: out += "null"
        }
    }

    private static func appendList(_ list: TapeValue, to out: inout String) {
        out += "["
        for (place, item) in list.items.enumerated() {
            if place > 0 { out += "," }
            append(item, to: &out)
        }
        out += "]"
    }

    private static func appendObject(_ object: TapeValue, to out: inout String) {
        out += "{"
        for (place, entry) in TapeEntries(object).entries.enumerated() {
            if place > 0 { out += "," }
            out += JSONText.quoted(entry.key.text)
            out += ":"
            append(entry.value, to: &out)
        }
        out += "}"
    }
}
