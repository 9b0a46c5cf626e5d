/// What a comparison has found, without the findings themselves, whose number has no bound.
public struct ComparisonSummary: Sendable {
    /// A model's rows in both files.
    public struct ModelCounts: Sendable, Equatable {
        public let model: String
        public let left: Int
        public let right: Int
    }

    /// Findings of one model and kind.
    public struct Group: Sendable, Equatable {
        /// The first one.
        public let first: ComparisonFinding
        public fileprivate(set) var count: Int
    }

    /// In the order of the right file, then the models that only the left one has.
    public let models: [ModelCounts]
    public private(set) var groups: [Group] = []
    private var places: [GroupName: Int] = [:]

    private struct GroupName: Hashable {
        let model: String
        let kind: String
    }

    init(_ left: SideIndex, _ right: SideIndex) { models = Self.models(left, right) }

    static func models(_ left: SideIndex, _ right: SideIndex) -> [ModelCounts] {
        let names = right.models.map(\.name) + left.models.map(\.name).filter { right[$0] == nil }
        return names.map { ModelCounts(model: $0, left: left[$0]?.count ?? 0, right: right[$0]?.count ?? 0) }
    }

    /// Differences in all.
    public var findings: Int { groups.reduce(0) { $0 + $1.count } }

    mutating func add(_ finding: ComparisonFinding) {
        let name = GroupName(model: finding.model, kind: finding.kind)
        if let place = places[name] {
            groups[place].count += 1
        } else {
            places[name] = groups.count
            groups.append(Group(first: finding, count: 1))
        }
    }
}
