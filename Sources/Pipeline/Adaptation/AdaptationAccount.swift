public import ExportFormat

/// What was adapted in a file: how often, and where first.
public struct AdaptationAccount: Sendable, Equatable {
    public struct Kind: Sendable, Equatable {
        /// What happened to which model or field.
        public let name: String
        /// Rows.
        public internal(set) var count = 0
        /// The places of the first ones, at most `AdaptationAccount.listedPerKind`.
        public internal(set) var listed: [ExportPlace] = []
        /// Whether something of the file is not imported that no version of Sentry is known to have left out.
        public let isUnknown: Bool
    }

    /// Rows of one kind that are listed.
    public static let listedPerKind = 20
    /// Kinds that are told apart.
    static let maxKinds = 500

    /// In the order of first occurrence.
    public internal(set) var kinds: [Kind] = []
    private var places: [String: Int] = [:]

    package init() {}

    /// What → rows.
    public var counts: [String: Int] {
        Dictionary(kinds.filter { $0.count > 0 }.map { ($0.name, $0.count) }, uniquingKeysWith: { $0 + $1 })
    }

    /// The number of a kind, to count rows of it.
    mutating func kind(_ name: String, isUnknown: Bool = false) -> Int {
        if let index = places[name] { return index }
        let name = kinds.count < Self.maxKinds ? name : "other kinds"
        let index = places[name] ?? kinds.count
        if index == kinds.count { kinds.append(Kind(name: name, isUnknown: isUnknown)) }
        places[name] = index
        return index
    }

    @inline(__always)
    mutating func add(_ kind: Int, _ place: @autoclosure () -> ExportPlace) {
        kinds[kind].count += 1
        if kinds[kind].listed.count < Self.listedPerKind { kinds[kind].listed.append(place()) }
    }

    /// - Parameter rows: how many it happened to
    package mutating func add(_ name: String, _ place: @autoclosure () -> ExportPlace, rows: Int = 1) {
        let kind = kind(name)
        add(kind, place())
        kinds[kind].count += rows - 1
    }

    public static func == (left: AdaptationAccount, right: AdaptationAccount) -> Bool { left.kinds == right.kinds }
}
