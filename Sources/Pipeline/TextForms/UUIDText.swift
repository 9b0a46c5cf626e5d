/// UUIDs as text. The canonical form is dashed and in lower case.
package enum UUIDText {
    /// The canonical form of what a person typed: any spelling of ``UUIDBytes``, also after `urn:uuid:`. nil for
    /// anything else.
    package static func canonical(_ text: String) -> String? {
        let lower = text.lowercased()
        let prefix = "urn:uuid:"
        return UUIDBytes(lower.hasPrefix(prefix) ? String(lower.dropFirst(prefix.count)) : text)?.text
    }

    package static func isCanonical(_ text: String) -> Bool {
        text.utf8.count == 36 && UUIDBytes(text)?.text == text
    }

    /// The canonical form of what Python's `uuid.UUID` takes; nil for anything else. It ignores `urn:` and `uuid:`
    /// anywhere, braces around the text and dashes anywhere; 32 hexadecimal digits must remain.
    package static func canonical(python text: String) -> String? {
        let plain = UUIDBytes(digits: text.utf8.lazy.filter { $0 != UInt8(ascii: "-") })
        if let plain { return plain.text }
        var rest = removing("uuid:", from: removing("urn:", from: Array(text.utf8)))[...]
        let isBrace = { (byte: UInt8) in byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") }
        rest = rest.drop(while: isBrace)
        while let last = rest.last, isBrace(last) { rest.removeLast() }
        return UUIDBytes(digits: rest.lazy.filter { $0 != UInt8(ascii: "-") })?.text
    }

    /// The text without any occurrence of a word, as Python's `replace(word, "")`.
    private static func removing(_ word: String, from text: [UInt8]) -> [UInt8] {
        let wanted = Array(word.utf8)
        var out: [UInt8] = []
        var rest = text[...]
        while let first = rest.first {
            if rest.starts(with: wanted) {
                rest = rest.dropFirst(wanted.count)
            } else {
                out.append(first)
                rest = rest.dropFirst()
            }
        }
        return out
    }
}
