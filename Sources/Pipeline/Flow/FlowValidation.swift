/// How often a relocation is validated, and what the findings make of it.
package struct FlowValidation: Sendable, Equatable {
    /// The statuses of the reference's tables.
    package enum Status: Int, Sendable, CaseIterable {
        case inProgress, timeout, failure, invalid, valid

        /// As the reference names it.
        package var name: String {
            switch self {
            case .inProgress: "IN_PROGRESS"
            case .timeout: "TIMEOUT"
            case .failure: "FAILURE"
            case .invalid: "INVALID"
            case .valid: "VALID"
            }
        }
    }

    /// Attempts that may be made in all.
    package static let limit = 3

    package var status: Status
    package var attempts: Int

    package init(status: Status = .inProgress, attempts: Int = 0) {
        self.status = status
        self.attempts = attempts
    }

    /// What VALIDATING_START does.
    package enum Start: Sendable, Equatable {
        /// Another attempt begins.
        case attempt(FlowValidation)
        /// All were made.
        case refused(String)
    }

    package var start: Start {
        if attempts >= Self.limit { return .refused(FlowReason.allTimedOut) }
        return .attempt(FlowValidation(status: status, attempts: attempts + 1))
    }

    /// What an attempt that has ended makes of the validation. One that could not be finished leaves it open.
    package enum End: Sendable, Equatable {
        /// VALIDATING_START comes again.
        case startAgain
        case refused(String)
        case valid
    }

    package mutating func end(_ attempt: Status) -> End {
        switch attempt {
        case .timeout, .failure, .inProgress: return .startAgain
        case .invalid:
            status = .invalid
            return .refused(FlowReason.invalid)
        case .valid:
            status = .valid
            return .valid
        }
    }

    /// What the findings files of an attempt say. Files are read by descending name; the first one with a finding decides,
    /// and one that cannot be read before it is an error.
    ///
    /// - Parameter file: of a name: whether its JSON holds anything; nil if it is not JSON or has no length
    /// - Returns: nil for the error
    package static func verdict(_ names: [String], _ file: (String) -> Bool?) -> Status? {
        for name in names.sorted(by: >) where !name.hasPrefix("artifacts-") {
            guard let hasFindings = file(name) else { return nil }
            if hasFindings { return .invalid }
        }
        return .valid
    }
}
