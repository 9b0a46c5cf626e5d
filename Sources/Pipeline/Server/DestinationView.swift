/// What Sentry's own API needs to know of the destination's database. The calls block.
package struct DestinationView: Sendable {
    /// The user that becomes the owner, by any letter case of its name, or by its address; nil for none.
    package var owner: @Sendable (String) throws -> String? = { $0 }
    /// Whether there is a user of exactly this name.
    package var isUser: @Sendable (String) throws -> Bool = { _ in true }
    /// The text of an option that the destination has set, or its JSON for anything else; nil if it has not.
    package var option: @Sendable (String) throws -> String? = { _ in nil }

    package init() {}

    func isOn(_ name: String) throws -> Bool { try option(name) == "true" }
}
