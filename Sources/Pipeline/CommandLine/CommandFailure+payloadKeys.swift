public import TaskFormat

extension CommandFailure {
    /// The failure of a program that cannot seal, open or pack a task.
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
