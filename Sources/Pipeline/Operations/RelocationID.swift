import TextForms

/// The UUID of a relocation.
package struct RelocationID: Sendable, Hashable, CustomStringConvertible {
    /// Dashed, lower case.
    package let text: String

    /// Reads any spelling of a UUID: upper case, without dashes, in braces, after `urn:uuid:`. Nil for anything else.
    package init?(_ text: String) {
        guard let text = UUIDText.canonical(text) else { return nil }
        self.text = text
    }

    package var description: String { text }
}
