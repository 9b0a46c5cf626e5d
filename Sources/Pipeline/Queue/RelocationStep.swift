/// How far a relocation has come.
public enum RelocationStep: Sendable, Hashable {
    case uploading
    case preprocessing
    case validating
    case importing
    case postprocessing
    case notifying
    case completed
    /// What it has brought is removed, or was.
    case undoing
    /// A text that this version does not know: of a newer version, or damaged.
    case unknown(String)

    /// All steps that this version knows, in order.
    public static let known: [RelocationStep] = [
        .uploading, .preprocessing, .validating, .importing, .postprocessing, .notifying, .completed, .undoing,
    ]

    public init(rawValue: String) {
        self = RelocationStep.known.first { $0.rawValue == rawValue } ?? .unknown(rawValue)
    }

    /// As the record holds it.
    public var rawValue: String {
        switch self {
        case .uploading: "UPLOADING"
        case .preprocessing: "PREPROCESSING"
        case .validating: "VALIDATING"
        case .importing: "IMPORTING"
        case .postprocessing: "POSTPROCESSING"
        case .notifying: "NOTIFYING"
        case .completed: "COMPLETED"
        case .undoing: "UNDOING"
        case .unknown(let text): text
        }
    }
}
