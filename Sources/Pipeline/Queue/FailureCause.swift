/// Why a relocation failed, where a bare `retry` does not help.
public enum FailureCause: Sendable, Hashable {
    /// The destination lacks rows that were acknowledged: only its file brings them back.
    case lostRows
    /// The destination knows the UUID as that of another import. Nothing was written.
    case otherImport
    /// The plan that it holds to does not hold any more. Nothing was written.
    case brokenPlan
    /// The destination does not know the import that is to be verified.
    case unknownImport

    init?(rawValue: String) {
        switch rawValue {
        case "lostRows": self = .lostRows
        case "otherImport": self = .otherImport
        case "brokenPlan": self = .brokenPlan
        case "unknownImport": self = .unknownImport
        default: return nil
        }
    }

    /// As the record holds it.
    var rawValue: String {
        switch self {
        case .lostRows: "lostRows"
        case .otherImport: "otherImport"
        case .brokenPlan: "brokenPlan"
        case .unknownImport: "unknownImport"
        }
    }
}
