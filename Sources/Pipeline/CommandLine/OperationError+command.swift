package import Operations

extension OperationError: CommandEnding {
    package var commandFailure: CommandFailure {
        let status: CommandExit =
            switch kind {
            case .conflict, .ownerIsBusy: .usage
            case .notYet: .tryAgain
            case .badData: .badData
            case .notFound: .noInput
            case .interrupted: .interrupted
            }
        return CommandFailure(status, message, next: kind == .notFound ? CommandFailure.imports : nil)
    }
}
