/// For whom a relocation is: a user of the destination, who has one at a time.
public struct RelocationOwner: Sendable, Equatable {
    /// The user's name there.
    public var name: String
    /// Whether the relocation begins only if no other one of the owner is known that has not ended. A worker refuses it
    /// later in any case, at its first step.
    public var mustBeFree = false

    public init(name: String) { self.name = name }
}
