/// How an operator ended a relocation, as the record holds it.
public enum OperatorEnd: String, Sendable, Equatable, CaseIterable {
    case cancel
    case abort
    case undo

    /// The failure reason of such a relocation.
    var reason: String {
        switch self {
        case .cancel: "This relocation was cancelled by an operator."
        case .abort: "This relocation was aborted by an operator."
        case .undo: "This relocation was undone by an operator."
        }
    }

    /// What ended a relocation; nil if no operator did. Records of older versions tell it by their reason only.
    init?(action: String, failureReason: String) {
        guard let end = OperatorEnd(rawValue: action) ?? Self.allCases.first(where: { $0.reason == failureReason })
        else { return nil }
        self = end
    }
}
