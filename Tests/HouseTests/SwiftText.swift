/// Swift source without comments and without the content of string literals. Lines keep their numbers.
struct SwiftText {
    private enum Mode {
        /// Parentheses open since the beginning of an interpolation; nil outside of any.
        case code(open: Int?)
        case string(hashes: Int, isMultiline: Bool)
    }

    private let bytes: [UInt8]
    private var at = 0
    private var modes = [Mode.code(open: nil)]
    private var out: [UInt8] = []

    private init(_ text: String) { bytes = Array(text.utf8) }

    static func code(of text: String) -> [String] {
        var reader = SwiftText(text)
        while reader.at < reader.bytes.count { reader.step() }
        let lines = String(decoding: reader.out, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map(String.init)
    }

    private mutating func step() {
        switch modes[modes.count - 1] {
        case .code(let open): stepInCode(open)
        case .string(let hashes, let isMultiline): stepInString(hashes, isMultiline)
        }
    }

    private mutating func stepInCode(_ open: Int?) {
        if looksAt("//") {
            while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
        } else if looksAt("/*") {
            while at < bytes.count, !looksAt("*/") { take(isCode: false) }
            at += 2
        } else if let hashes = hashesOfString() {
            at += hashes
            let isMultiline = looksAt("\"\"\"")
            at += isMultiline ? 3 : 1
            modes.append(.string(hashes: hashes, isMultiline: isMultiline))
        } else {
            if let open { count(bytes[at], open) }
            take(isCode: modes.count == 1)
        }
    }

    /// Counts the parentheses of an interpolation, which ends with the last of them.
    private mutating func count(_ byte: UInt8, _ open: Int) {
        if byte == UInt8(ascii: "(") { modes[modes.count - 1] = .code(open: open + 1) }
        guard byte == UInt8(ascii: ")") else { return }
        if open == 1 { modes.removeLast() } else { modes[modes.count - 1] = .code(open: open - 1) }
    }

    private mutating func stepInString(_ hashes: Int, _ isMultiline: Bool) {
        let marks = String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + marks
        if looksAt("\\" + marks + "(") {
            at += hashes + 2
            modes.append(.code(open: 1))
        } else if looksAt("\\" + marks) {
            at += hashes + 1
            take(isCode: false)
        } else if looksAt(end) {
            at += end.utf8.count
            modes.removeLast()
        } else {
            take(isCode: false)
        }
    }

    /// The hashes before the quote of a string that begins here; nil if none does.
    private func hashesOfString() -> Int? {
        let hashes = bytes[at...].prefix { $0 == UInt8(ascii: "#") }.count
        let quote = at + hashes
        return quote < bytes.count && bytes[quote] == UInt8(ascii: "\"") ? hashes : nil
    }

    private func looksAt(_ word: String) -> Bool { bytes[min(at, bytes.count)...].starts(with: word.utf8) }

    /// Moves on by a byte; line ends are always kept.
    private mutating func take(isCode: Bool) {
        guard at < bytes.count else { return }
        if isCode || bytes[at] == UInt8(ascii: "\n") { out.append(bytes[at]) }
        at += 1
    }
}
