/// Whether a relocation goes on.
public enum RelocationState: Sendable, Hashable {
    case inProgress
    case paused
    case failure
    case success
    /// A text that this version does not know: of a newer version, or damaged.
    case unknown(String)

    /// All states that this version knows.
    public static let known: [RelocationState] = [.inProgress, .paused, .failure, .success]

    public init(rawValue: String) {
        self = RelocationState.known.first { $0.rawValue == rawValue } ?? .unknown(rawValue)
    }

    /// As the record holds it.
    public var rawValue: String {
        switch self {
        case .inProgress: "IN_PROGRESS"
        case .paused: "PAUSE"
        case .failure: "FAILURE"
        case .success: "SUCCESS"
        case .unknown(let text): text
        }
    }
}
