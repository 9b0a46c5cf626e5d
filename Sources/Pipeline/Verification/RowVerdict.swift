package import Comparison

/// How a source row stands in the destination.
package enum RowVerdict: Sendable, Equatable {
    case equal
    /// It differs as these rules allow: the reference's comparators by name, or ``importRule``.
    case changed(rules: [String])
    /// It differs as no rule allows.
    case different([ComparisonFinding])

    /// The model's own rule has changed the row while it was imported.
    package static let importRule = "ImportRule"
}
