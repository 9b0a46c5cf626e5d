package import Queue

/// One of the sixteen ordered tasks of a relocation, as the reference names them. Their order is that of the cases.
package enum FlowTask: String, Sendable, CaseIterable {
    case uploadingStart = "UPLOADING_START"
    case uploadingComplete = "UPLOADING_COMPLETE"
    case preprocessingScan = "PREPROCESSING_SCAN"
    case preprocessingTransfer = "PREPROCESSING_TRANSFER"
    case preprocessingBaselineConfig = "PREPROCESSING_BASELINE_CONFIG"
    case preprocessingCollidingUsers = "PREPROCESSING_COLLIDING_USERS"
    case preprocessingComplete = "PREPROCESSING_COMPLETE"
    case validatingStart = "VALIDATING_START"
    case validatingPoll = "VALIDATING_POLL"
    case validatingComplete = "VALIDATING_COMPLETE"
    case importing = "IMPORTING"
    case postprocessing = "POSTPROCESSING"
    case notifyingUnhide = "NOTIFYING_UNHIDE"
    case notifyingUsers = "NOTIFYING_USERS"
    case notifyingOwner = "NOTIFYING_OWNER"
    case completed = "COMPLETED"

    /// The step that it belongs to.
    package var step: RelocationStep {
        switch self {
        case .uploadingStart, .uploadingComplete: .uploading
        case .preprocessingScan, .preprocessingTransfer, .preprocessingBaselineConfig, .preprocessingCollidingUsers,
            .preprocessingComplete:
            .preprocessing
        case .validatingStart, .validatingPoll, .validatingComplete: .validating
        case .importing: .importing
        case .postprocessing: .postprocessing
        case .notifyingUnhide, .notifyingUsers, .notifyingOwner: .notifying
        case .completed: .completed
        }
    }

    /// How often it may be tried.
    package var attempts: Int {
        switch self {
        case .validatingPoll: 61
        case .importing: 5
        default: 4
        }
    }

    /// The soft limit of one attempt, in seconds. A validation works as long as the reference's build may take.
    package var limitSeconds: Int {
        switch self {
        case .validatingPoll, .importing: 3_600
        default: step == .preprocessing ? 300 : 60
        }
    }

    /// The failure reason when its attempts are used up.
    package var reason: String {
        switch step {
        case .uploading: FlowReason.uploading
        case .preprocessing: FlowReason.preprocessing
        case .validating: FlowReason.validating
        case .importing: FlowReason.importing
        case .postprocessing: FlowReason.postprocessing
        case .notifying: FlowReason.notifying
        case .completed, .undoing, .unknown: FlowReason.completing
        }
    }

    /// The task before it; nil for the first.
    package var previous: FlowTask? { Self.allCases.last { $0.place < place } }

    /// Whether a task comes before the rows in the list.
    package var precedesRows: Bool { place <= FlowTask.importing.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The tasks that stand before the rows, in order.
    package static var beforeRows: [FlowTask] { allCases.filter(\.precedesRows) }

    /// How many tasks before the rows begin with this one.
    package var countBeforeRows: Int { Self.beforeRows.count - (Self.beforeRows.firstIndex(of: self) ?? 0) }

    /// The tasks that follow once all rows are in, in order.
    package static var afterRows: [FlowTask] { allCases.filter { !$0.precedesRows } }
}

extension RelocationStep {
    /// The steps of the reference, by their numbers.
    private static let numbered: [RelocationStep] = [
        .unknown("UNKNOWN"), .uploading, .preprocessing, .validating, .importing, .postprocessing, .notifying,
        .completed,
    ]

    /// Its number in the reference's tables; nil for a step that it does not have.
    package var number: Int? { Self.numbered.firstIndex(of: self) }

    package init?(number: Int) {
        guard Self.numbered.indices.contains(number) else { return nil }
        self = Self.numbered[number]
    }

    /// A step by its name in any letter case; nil for none of the reference's.
    package static func named(_ text: String) -> RelocationStep? {
        let name = text.uppercased()
        return numbered.first { $0.rawValue == name }
    }

    /// Whether it comes after another one.
    package func isAfter(_ other: RelocationStep) -> Bool { (number ?? 0) > (other.number ?? 0) }

    /// The step after it; nil after the last.
    package var next: RelocationStep? { number.flatMap { RelocationStep(number: $0 + 1) } }
}
