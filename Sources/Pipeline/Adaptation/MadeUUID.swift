import TextForms

/// UUIDs for what older exports have none for. The same file always gets the same ones, so that it stays the same import.
enum MadeUUID {
    static func text(_ high: UInt64, _ low: UInt64) -> String { UUIDBytes.version4(high, low).text }

    static func isValid(_ text: String) -> Bool { UUIDText.canonical(python: text) != nil }
}
