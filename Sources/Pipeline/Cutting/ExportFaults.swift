public import ExportFormat

/// The faults of an export, grouped: those of one kind concern the same field of a model in the same way.
public struct ExportFaults: Sendable, Equatable {
    public struct Kind: Sendable, Equatable {
        /// How often it occurs.
        public fileprivate(set) var count = 0
        /// The first ones, `ExportFaults.listedPerKind` at most.
        public internal(set) var listed: [ExportError] = []
    }

    /// Faults of one kind that are listed.
    public static let listedPerKind = 100
    /// Kinds that are told apart; others are only counted.
    public static let maxKinds = 100

    public internal(set) var kinds: [Kind] = []
    /// Faults of further kinds.
    public private(set) var others = 0
    private var places: [Name: Int] = [:]

    private struct Name: Hashable {
        let model: String?
        let field: String?
        let message: String
    }

    public init() {}

    public var count: Int { kinds.reduce(others) { $0 + $1.count } }

    mutating func add(_ fault: ExportError) {
        let name = Name(model: fault.place.model, field: fault.place.field, message: fault.message)
        let place = places[name] ?? kinds.count
        guard place < Self.maxKinds else {
            others += 1
            return
        }
        if place == kinds.count {
            places[name] = place
            kinds.append(Kind())
        }
        kinds[place].count += 1
        if kinds[place].listed.count < Self.listedPerKind { kinds[place].listed.append(fault) }
    }

    public static func == (left: ExportFaults, right: ExportFaults) -> Bool {
        left.kinds == right.kinds && left.others == right.others
    }
}
