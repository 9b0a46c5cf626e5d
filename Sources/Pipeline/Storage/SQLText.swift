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
        var rest = text[...]
        while let first = rest.first {
            let length: Int
            if first == "'" {
                length = rest.dropFirst().prefix { $0 != "'" }.count + 2
            } else if isWordCharacter(first) {
                length = rest.prefix(while: isWordCharacter).count
            } else {
                length = 1
            }
            words.append(String(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return words
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
