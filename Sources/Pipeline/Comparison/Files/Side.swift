/// One of the two files of a comparison.
public enum Side: String, Sendable {
    case left, right

    /// Enters a row's key on its side.
    func set(_ key: RowKey, in finding: inout ComparisonFinding) {
        switch self {
        case .left: finding.leftKey = key
        case .right: finding.rightKey = key
        }
    }
}
