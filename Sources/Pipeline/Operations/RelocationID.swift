/// The UUID of a relocation.
package struct RelocationID: Sendable, Hashable, CustomStringConvertible {
    /// Dashed, lower case.
    package let text: String

    /// Reads any spelling of a UUID: upper case, without dashes, in braces, after `urn:uuid:`. Nil for anything else.
    package init?(_ text: String) {
        var hex = text.lowercased()
        if hex.hasPrefix("urn:uuid:") { hex.removeFirst("urn:uuid:".count) }
        hex.removeAll { "-{}".contains($0) }
        guard hex.utf8.count == 32, hex.allSatisfy(\.isHexDigit) else { return nil }
        self.text = Self.dashed(hex)
    }

    package var description: String { text }

    private static func dashed(_ hex: String) -> String {
        var out = ""
        for (position, digit) in hex.enumerated() {
            if [8, 12, 16, 20].contains(position) { out.append("-") }
            out.append(digit)
        }
        return out
    }
}
