/// The scope of a model: it decides which imports take its rows.
public enum RelocationScope: String, Sendable, CaseIterable {
    case excluded = "Excluded"
    case user = "User"
    case organization = "Organization"
    case config = "Config"
    case global = "Global"
}

/// The four imports an operator may ask for, named as on the command line.
public enum ImportScope: String, Sendable, CaseIterable {
    case users
    case organizations
    case config
    case global

    /// The relocation scopes whose rows this import takes.
    public var accepted: Set<RelocationScope> {
        switch self {
        case .users: [.user]
        case .organizations: [.user, .organization]
        case .config: [.user, .config]
        case .global: [.user, .organization, .config, .global]
        }
    }

    public func accepts(_ model: Model) -> Bool {
        !model.scopes.isDisjoint(with: accepted)
    }
}

/// The part of a split installation that owns a table.
public enum Silo: String, Sendable, CaseIterable {
    case region = "Region"
    case control = "Control"
}
