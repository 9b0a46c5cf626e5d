public import TaskFormat

extension CommandFailure {
    /// What cannot be sealed, opened or packed, as a program ends with it.
    public init(_ error: TaskFormatError) {
        let status: CommandExit =
            switch error.kind {
            case .damaged, .badKey: .badData
            case .outOfMemory: .internalError
            case .notFound, .unreadable: .noInput
            case .permission: .noPermission
            }
        self.init(status, error.description)
    }
}
