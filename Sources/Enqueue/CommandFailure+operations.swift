import CommandLine
import Operations
import TaskFormat

extension CommandFailure {
    /// A refused action as this program ends with it.
    init(_ error: OperationError) {
        let status: CommandExit =
            switch error.kind {
            case .usage: .usage
            case .badData: .badData
            case .notFound: .noInput
            case .interrupted: .interrupted
            }
        self.init(status, error.message)
    }
}
