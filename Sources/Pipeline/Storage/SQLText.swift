internal import Catalogue

/// The parts of SQL that both databases share.
enum SQLText {
    static func quoted(_ name: String) -> String { "\"\(name)\"" }

    static func list(_ names: [String]) -> String { names.map(quoted).joined(separator: ", ") }

    /// A condition of the catalogue with the table's columns quoted: `order >= 0` → `"order" >= 0`.
    static func expression(_ condition: String, of table: Table) -> String {
        words(condition).map { word in table.column(word) == nil ? word : quoted(word) }.joined()
    }

    /// The table's columns that a condition uses, in the table's order.
    static func columns(of condition: String, in table: Table) -> [String] {
        let used = Set(words(condition))
        return table.columns.map(\.name).filter(used.contains)
    }

    /// Splits the text into words, string literals and single other characters. Joined, they are the text again.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var rest = text.utf8[...]
        while let first = rest.first {
            let end: Substring.UTF8View.Index
            if first == UInt8(ascii: "'") {
                let quote = rest.dropFirst().firstIndex(of: first)
                end = quote.map { rest.index(after: $0) } ?? rest.endIndex
            } else if isWordByte(first) {
                end = rest.firstIndex { !isWordByte($0) } ?? rest.endIndex
            } else {
                end = rest.index(after: rest.startIndex)
            }
            words.append(String(Substring(rest[..<end])))
            rest = rest[end...]
        }
        return words
    }

    /// Letters of other alphabets are bytes from 128 on.
    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
