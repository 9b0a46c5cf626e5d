/// Database queries with `%s` for their literals.
enum QueryText {
    /// nil if the query has none.
    static func parametrized(_ query: String) -> String? {
        var scanner = QueryScanner(query)
        let lists = scanner.replaceLists()
        let savepoints = scanner.replaceSavepoints()
        let literals = scanner.replaceLiterals()
        return lists || savepoints || literals ? PythonString.stripped(scanner.text) : nil
    }

    /// Whether a query has a literal, or a parameter already.
    static func hasParameter(_ query: String) -> Bool {
        for mark in ["?", "$1", "%s"] where PythonString.contains(query, mark) { return true }
        var scanner = QueryScanner(query)
        return scanner.replaceLiterals()
    }
}

/// Replaces parts of a query, one kind after the other.
private struct QueryScanner {
    private var scalars: [Unicode.Scalar]
    /// Places from which no end of a text in quotes can be reached.
    private var deadEnds: [Bool] = []

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var text: String {
        guard scalars.allSatisfy(\.isASCII) else { return String(String.UnicodeScalarView(scalars)) }
        return String(decoding: scalars.lazy.map { UInt8(truncatingIfNeeded: $0.value) }, as: UTF8.self)
    }

    /// Replaces each match of `end`, which tells where one that begins at a place ends.
    private mutating func replace(
        by replacement: String, mayStart: (Unicode.Scalar) -> Bool, end: (inout QueryScanner, Int) -> Int?
    ) -> Bool {
        var out: [Unicode.Scalar] = []
        var start = 0
        var at = 0
        while at < scalars.count {
            if mayStart(scalars[at]), let end = end(&self, at) {
                out += scalars[start..<at]
                out += replacement.unicodeScalars
                start = end
                at = end
            } else {
                at += 1
            }
        }
        guard start > 0 else { return false }
        scalars = out + scalars[start...]
        return true
    }

    private func scalar(_ at: Int) -> Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    /// The lower-case letter that a letter counts as when case does not matter.
    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x41...0x5A: Unicode.Scalar(UInt8(scalar.value + 0x20))
        case 0x130, 0x131: "i"
        case 0x17F: "s"
        case 0x212A: "k"
        default: scalar
        }
    }

    /// The place after a word in any case.
    private func skip(_ word: StaticString, at start: Int) -> Int? {
        guard start + word.utf8CodeUnitCount <= scalars.count else { return nil }
        for offset in 0..<word.utf8CodeUnitCount
        where Self.folded(scalars[start + offset]) != Unicode.Scalar(word.utf8Start[offset]) { return nil }
        return start + word.utf8CodeUnitCount
    }

    // MARK: - Lists

    /// ` IN (1, $2, ?)` becomes ` IN (%s)`.
    mutating func replaceLists() -> Bool {
        replace(by: " IN (%s)", mayStart: { $0 == " " }) { $0.listEnd(at: $1) }
    }

    private func listEnd(at start: Int) -> Int? {
        guard var at = skip(" in (", at: start).flatMap(itemEnd) else { return nil }
        while true {
            if scalar(at) == ")" { return at + 1 }
            let comma = spaceEnd(at)
            guard scalar(comma) == ",", let next = itemEnd(at: spaceEnd(comma + 1)) else { return nil }
            at = next
        }
    }

    private func spaceEnd(_ start: Int) -> Int {
        var at = start
        while let scalar = scalar(at), PythonString.isSpace(scalar) { at += 1 }
        return at
    }

    /// `%s`, `?`, or digits with or without a dollar.
    private func itemEnd(at start: Int) -> Int? {
        if let end = skip("%s", at: start) { return end }
        if scalar(start) == "?" { return start + 1 }
        let digits = scalar(start) == "$" ? start + 1 : start
        var at = digits
        while let scalar = scalar(at), PythonString.isDigit(scalar) { at += 1 }
        return at > digits ? at : nil
    }

    // MARK: - Savepoints

    /// `SAVEPOINT s1` becomes `SAVEPOINT %s`.
    mutating func replaceSavepoints() -> Bool {
        replace(by: "SAVEPOINT %s", mayStart: { Self.folded($0) == "s" }) { $0.savepointEnd(at: $1) }
    }

    private func savepointEnd(at start: Int) -> Int? {
        guard let name = skip("savepoint ", at: start), let first = scalar(name) else { return nil }
        if first == "\"" || first == "`" {
            guard let end = scalars[(name + 1)...].firstIndex(of: first), end > name + 1 else { return nil }
            return end + 1
        }
        guard 0x61...0x7A ~= Self.folded(first).value else { return nil }
        var at = name + 1
        while let scalar = scalar(at), PythonString.isWord(scalar) { at += 1 }
        return at > name + 1 ? at : nil
    }

    // MARK: - Literals

    /// Texts in single quotes, numbers, `true` and `false` become `%s`.
    mutating func replaceLiterals() -> Bool {
        deadEnds = []
        return replace(by: "%s", mayStart: Self.mayStartLiteral) { scanner, start in
            switch scanner.scalars[start] {
            case "'": scanner.quotedEnd(at: start)
            case "t": scanner.wordEnd("true", at: start)
            case "f": scanner.wordEnd("false", at: start)
            default: scanner.numberEnd(at: start)
            }
        }
    }

    private static func mayStartLiteral(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "'", "t", "f", "-", "0"..."9": true
        default: false
        }
    }

    /// Doubled quotes belong to the text; a quote after a backslash takes the rest of the line with it.
    private mutating func quotedEnd(at start: Int) -> Int? {
        var at = start + 1
        var passed: [Int] = []
        while let scalar = scalar(at), deadEnds.isEmpty || !deadEnds[at] {
            passed.append(at)
            if scalar == "\\", self.scalar(at + 1) == "'" { return lineEnd(at + 2) }
            if scalar != "'" {
                at += 1
            } else if self.scalar(at + 1) == "'" {
                at += 2
            } else {
                return at + 1
            }
        }
        if deadEnds.isEmpty { deadEnds = Array(repeating: false, count: scalars.count) }
        for place in passed { deadEnds[place] = true }
        return nil
    }

    private func lineEnd(_ start: Int) -> Int {
        scalars[min(start, scalars.count)...].firstIndex(of: "\n") ?? scalars.count
    }

    private func isWord(_ at: Int) -> Bool { at >= 0 && at < scalars.count && PythonString.isWord(scalars[at]) }

    /// A word that stands alone.
    private func wordEnd(_ word: StaticString, at start: Int) -> Int? {
        guard !isWord(start - 1), start + word.utf8CodeUnitCount <= scalars.count else { return nil }
        for offset in 0..<word.utf8CodeUnitCount
        where scalars[start + offset] != Unicode.Scalar(word.utf8Start[offset]) { return nil }
        let end = start + word.utf8CodeUnitCount
        return isWord(end) ? nil : end
    }

    private func numberEnd(at start: Int) -> Int? {
        let digits = scalars[start] == "-" ? start + 1 : start
        guard !isWord(digits - 1), let whole = digitsEnd(digits) else { return nil }
        if scalar(whole) == ".", let fraction = digitsEnd(whole + 1), let end = exponentEnd(fraction) { return end }
        return exponentEnd(whole)
    }

    private func digitsEnd(_ start: Int) -> Int? {
        var at = start
        while let scalar = scalar(at), 0x30...0x39 ~= scalar.value { at += 1 }
        return at > start ? at : nil
    }

    /// The end of a number whose digits end at a place, with its exponent if it has one; nil if a word goes on there.
    private func exponentEnd(_ start: Int) -> Int? {
        guard isWord(start) else { return start }
        guard scalar(start) == "e" || scalar(start) == "E" else { return nil }
        let sign = scalar(start + 1) == "+" || scalar(start + 1) == "-" ? start + 2 : start + 1
        guard let end = digitsEnd(sign), !isWord(end) else { return nil }
        return end
    }
}
