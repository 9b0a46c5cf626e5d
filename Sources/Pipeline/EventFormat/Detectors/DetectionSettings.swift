package import ExportFormat

/// From when on something is a problem: the reference's defaults, changed by a project's option
/// `sentry:performance_issue_settings`.
package struct DetectionSettings: Sendable {
    private let options: FieldValue

    /// - Parameter options: the project's option; null if it has none
    package init(options: FieldValue = .null) { self.options = options }

    func number(_ name: String, _ standard: Double) -> Double { options[name].number ?? standard }

    /// Whether the project lets a detector make problems.
    func allows(_ name: String) -> Bool {
        switch options[name] {
        case .bool(let flag): flag
        case .integer, .double: options[name].isTruthy
        default: true
        }
    }
}

/// Looks for one kind of problem while it is shown a transaction's spans in their order.
protocol SpanDetector: SendableMetatype {
    /// The reference's name.
    static var name: String { get }
    /// The project's setting that switches it off; nil if nothing does.
    static var projectSetting: String? { get }
    /// Whether installations make problems of it without further ado.
    static var isOnByDefault: Bool { get }

    init(_ body: FieldValue, _ settings: DetectionSettings)

    /// Whether a transaction may have such a problem at all.
    static func takes(_ body: FieldValue) -> Bool

    mutating func visit(_ span: DetectedSpan) throws(DetectionFault)
    mutating func finish() throws(DetectionFault)

    var found: ProblemList { get }
}

extension SpanDetector {
    static func takes(_ body: FieldValue) -> Bool { true }
    mutating func finish() throws(DetectionFault) {}
}

/// Finds the performance problems of transactions.
package struct ProblemDetection: Sendable {
    private static let maxProblems = 10

    /// In the order in which problems count towards the limit.
    private static let detectors: [any SpanDetector.Type] = [
        ConsecutiveQueries.self, ConsecutiveRequests.self, QueryOnMainThread.self, SlowQueries.self,
        BlockingAssets.self, RepeatedQueries.self, RepeatedQueriesExtended.self, FileOnMainThread.self,
        RepeatedCalls.self, RepeatedSequences.self, UncompressedAssets.self, LargePayloads.self, RequestOverhead.self,
    ]

    private let settings: DetectionSettings

    package init(settings: DetectionSettings = DetectionSettings()) { self.settings = settings }

    /// What each detector finds, by its name.
    package func all(_ body: FieldValue) -> [(detector: String, problems: [SpanProblem])] {
        // A value of another type than a detector needs leaves the transaction without problems.
        (try? run(body))?.map { (type(of: $0).name, $0.found.problems) } ?? []
    }

    /// The problems that become issues: of the detectors that are on, at most ten, each once.
    ///
    /// - Parameter extended: also of detectors that an installation has to switch on
    package func problems(_ body: FieldValue, extended: Bool = false) -> [SpanProblem] {
        guard let run = try? run(body) else { return [] }
        let allowed = run.filter { isAllowed(type(of: $0), extended) }.flatMap(\.found.problems)
        var seen: Set<String> = []
        return allowed.prefix(Self.maxProblems).filter { problem in
            let ids = Set(problem.offenders.map(\.pythonText)).sorted()
            return seen.insert("\(problem.fingerprint) \(problem.type.number) \(ids)").inserted
        }
    }

    private func isAllowed(_ detector: any SpanDetector.Type, _ extended: Bool) -> Bool {
        let isOn = detector.isOnByDefault || (extended && Self.switchable.contains(detector.name))
        return isOn && detector.projectSetting.map(settings.allows) ?? true
    }

    private static let switchable: Set<String> = [FileOnMainThread.name, QueryOnMainThread.name]

    private func run(_ body: FieldValue) throws(DetectionFault) -> [any SpanDetector] {
        var detectors = Self.detectors.filter { $0.takes(body) }.map { $0.init(body, settings) }
        let spans = body["spans"].items.map(DetectedSpan.init)
        for place in detectors.indices {
            for span in spans { try detectors[place].visit(span) }
            try detectors[place].finish()
        }
        return detectors
    }
}

extension FieldValue {
    /// The transaction's name, for evidence.
    var transactionEvidence: Member { .init("transaction_name", has("transaction") ? self["transaction"] : .text("")) }

    /// What some problems say in its place: a key that transactions do not have.
    var descriptionEvidence: Member { .init("transaction_name", has("description") ? self["description"] : .text("")) }

    /// In milliseconds.
    var transactionDuration: Double {
        ((self["timestamp"].number ?? 0) - (self["start_timestamp"].number ?? 0)) * 1000
    }
}
