/// What Sentry's own API needs to know of the destination's database. The calls block.
package struct DestinationView: Sendable {
    /// The user that becomes the owner, by any letter case of its name, or by its address; nil for none.
    package var owner: @Sendable (String) throws -> String? = { $0 }
    /// Whether there is a user of exactly this name.
    package var isUser: @Sendable (String) throws -> Bool = { _ in true }
    /// The text of an option that the destination has set, or its JSON for anything else; nil if it has not.
    package var option: @Sendable (String) throws -> String? = { _ in nil }
    /// What the tables know of relocations, by their UUIDs.
    package var records: @Sendable ([DestinationQuestion]) throws -> [String: DestinationRecord] = { _ in [:] }
    /// The names of users that the scans of relocations have found, by UUID: lists in JSON.
    package var usernames: @Sendable ([String]) throws -> [String: String] = { _ in [:] }
    /// The new DSNs of a relocation's project keys: its UUID, the old installation's address, one of ``DSNAnswer/formats``.
    package var dsns: @Sendable (String, String, String) throws -> DSNAnswer = { _, _, _ in throw Problem.notFound }

    package init() {}

    func isOn(_ name: String) throws -> Bool { try option(name) == "true" }
}

/// The text of `dsn`, and what may be missing or wrong in it.
package struct DSNAnswer: Sendable {
    static let formats = ["json", "csv", "relay", "nginx"]
    let text: String
    let warnings: [String]

    package init(text: String, warnings: [String]) { (self.text, self.warnings) = (text, warnings) }
}
