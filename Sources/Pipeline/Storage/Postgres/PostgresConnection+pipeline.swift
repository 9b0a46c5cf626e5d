@preconcurrency internal import CPQ

extension PostgresConnection {
    /// Above this number all prepared statements are dropped and prepared again when needed.
    private static let maximumStatements = 400

    /// Runs the commands in one round trip. After the first failure the rest is skipped; the error says which command
    /// failed. Commands posted before are answered first: if one of them has failed, its failure is thrown.
    ///
    /// - Parameter milliseconds: How long the server may be silent; nil for the usual limit.
    func run(_ commands: [PostgresCommand], within milliseconds: Int? = nil) throws(PostgresFailure) -> [PostgresResult]
    {
        try sendAll(commands, milliseconds)
        return try settle(milliseconds)
    }

    /// Sends the commands without waiting for their answers: a later call throws what goes wrong.
    func post(_ commands: [PostgresCommand]) throws(PostgresFailure) {
        try sendAll(commands, nil)
        try push()
    }

    /// Reads all outstanding answers and throws the first failure among them. Returns the results of the last commands
    /// sent.
    @discardableResult
    func settle(_ milliseconds: Int? = nil) throws(PostgresFailure) -> [PostgresResult] {
        guard !outstanding.isEmpty else { return [] }
        try flush(milliseconds)
        let due = outstanding
        outstanding = []
        var failure: PostgresFailure?
        var results: [PostgresResult] = []
        for item in due {
            switch item {
            case .copy:
                let problem = try drain(milliseconds)
                failure = failure ?? problem
            case .commands(let plans):
                do throws(PostgresFailure) {
                    results = try collect(plans, milliseconds)
                } catch {
                    if isBroken { throw error }
                    failure = failure ?? error
                }
            }
        }
        PQexitPipelineMode(handle)
        if let failure { throw failure }
        return results
    }

    private func sendAll(_ commands: [PostgresCommand], _ milliseconds: Int?) throws(PostgresFailure) {
        try checkUsable()
        if case .copy? = outstanding.last { try settle(milliseconds) }
        if statements.count > Self.maximumStatements {
            try settle(milliseconds)
            try forgetStatements()
        }
        PQenterPipelineMode(handle)
        var plans: [PreparedPlan] = []
        for (index, command) in commands.enumerated() {
            plans.append(try send(command))
            // Long pipelines are flushed as they grow, so that neither side waits for the other's buffer.
            if index % 64 == 63 { try flush(milliseconds) }
        }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        outstanding.append(.commands(plans))
    }

    private func send(_ command: PostgresCommand) throws(PostgresFailure) -> PreparedPlan {
        let known = statements[command.sql]
        let name = isPooled ? "" : known ?? "relocation_\(statementCount)"
        if known == nil {
            if !isPooled {
                statementCount += 1
                statements[command.sql] = name
            }
            let types = command.parameters.types
            guard PQsendPrepare(handle, name, command.sql, Int32(types.count), types) == 1 else { throw lost() }
        }
        let sent = command.parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(handle, name, Int32(values.count), values, lengths, formats, 1)
        }
        guard sent == 1 else { throw lost() }
        return PreparedPlan(
            sql: command.sql, name: name, isNew: known == nil, expectedRows: command.expectedRows)
    }

    private func collect(
        _ plans: [PreparedPlan], _ milliseconds: Int?
    ) throws(PostgresFailure) -> [PostgresResult] {
        var results: [PostgresResult] = []
        var failure: PostgresFailure?
        for (index, plan) in plans.enumerated() {
            if plan.isNew, case .failed(let error) = try outcome(milliseconds) {
                statements[plan.sql] = nil
                if failure == nil { failure = error.at(command: index) }
            }
            switch try outcome(milliseconds) {
            case .rows(let result):
                results.append(result)
                if let expected = plan.expectedRows, result.affectedRows != expected, failure == nil {
                    failure = PostgresFailure(own: .missingRow).at(command: index)
                }
            case .failed(let error): if failure == nil { failure = error.at(command: index) }
            }
        }
        // The sync has a result of its own.
        PQclear(try nextResult(milliseconds))
        if let failure {
            if failure.isStalePlan { statements.removeAll() }
            throw failure
        }
        return results
    }

    private enum Outcome {
        case rows(PostgresResult)
        case failed(PostgresFailure)
    }

    /// The result of one command, with the nil that ends it.
    private func outcome(_ milliseconds: Int?) throws(PostgresFailure) -> Outcome {
        guard let result = try nextResult(milliseconds) else { throw lost() }
        let outcome: Outcome
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: outcome = .rows(PostgresResult(result))
        default:
            outcome = .failed(PostgresFailure(result))
            PQclear(result)
        }
        _ = try nextResult(milliseconds)
        return outcome
    }

    private func forgetStatements() throws(PostgresFailure) {
        statements.removeAll()
        try execute("DEALLOCATE ALL")
    }
}
