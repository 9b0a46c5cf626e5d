/// Names of aggregates in widgets: `count()`, `p95(transaction.duration)`, `equation|count() / 2`.
enum AggregateName {
    private static let equation = "equation|"

    /// Whether a field is a function, or an equation with one.
    static func isAggregate(_ field: String) -> Bool {
        if parts(field) != nil { return true }
        guard field.hasPrefix(equation), let bracket = field.firstIndex(of: "("), bracket > field.startIndex else {
            return false
        }
        return isWord(field[field.index(before: bracket)]) && field[bracket...].contains(")")
    }

    /// `p95(transaction.duration)` → `p95_transaction_duration`: the name that old versions sorted by.
    static func alias(_ field: String) -> String {
        guard let (name, arguments) = parts(field) else { return field }
        guard !arguments.isEmpty else { return name }
        let joined = name + "_" + split(arguments, takesQuotes: quoting.contains(name)).joined(separator: "_")
        var alias = String(joined.map { isWord($0) ? $0 : "_" })
        for isFront in [true, false] { alias = withOneUnderscore(alias, atFront: isFront) }
        return alias
    }

    /// Those whose arguments may be quoted texts with commas.
    private static let quoting: Set<String> = ["to_other", "count_if", "spans_histogram"]

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    private static func parts(_ field: String) -> (name: String, arguments: String)? {
        guard field.hasSuffix(")"), let bracket = field.firstIndex(of: "("), bracket > field.startIndex,
            field[..<bracket].allSatisfy(isWord)
        else { return nil }
        return (String(field[..<bracket]), String(field[field.index(after: bracket)...].dropLast()))
    }

    /// Underscores at an end become one.
    private static func withOneUnderscore(_ alias: String, atFront isFront: Bool) -> String {
        let bare = isFront ? String(alias.drop { $0 == "_" }) : String(alias.reversed().drop { $0 == "_" }.reversed())
        if bare.count == alias.count { return alias }
        return isFront ? "_" + bare : bare + "_"
    }

    private static func split(_ arguments: String, takesQuotes: Bool) -> [String] {
        var out = [""]
        var isQuoted = false
        var isEscaped = false
        for character in arguments {
            if takesQuotes, isQuoted || character == "\"" && out[out.count - 1].allSatisfy({ $0 == " " }) {
                out[out.count - 1].append(character)
                isQuoted = !(isQuoted && character == "\"" && !isEscaped)
                isEscaped = isQuoted && character == "\\" && !isEscaped
            } else if character == "," {
                out.append("")
            } else {
                out[out.count - 1].append(character)
            }
        }
        return out.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }.filter { !$0.isEmpty }
    }
}
