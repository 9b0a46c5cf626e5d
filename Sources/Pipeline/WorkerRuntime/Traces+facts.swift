import Catalogue
import Import
import Queue
import Relocation
import Traces

extension RelocationStatus {
    /// What the span of a claim tells: no name that a file or a person has given.
    var facts: [String: TraceFact] {
        [
            "relocation.uuid": .text(uuid), "relocation.scope": .text(scope),
            "relocation.destination": .text(destinationName), "relocation.rows": .number(rowsSource),
            "relocation.tasks.done": .number(chunksDone), "relocation.attempts": .number(attempts),
            "relocation.takeover": .flag(consecutiveCrashes > 0),
        ]
    }
}

extension PreparedTask {
    /// What the span of a task tells. A model that no catalogue knows has its name from a file.
    func facts(_ outcome: TaskOutcome) -> [String: TraceFact] {
        let rows = outcome.rows.account.totals
        var facts: [String: TraceFact] = [
            "relocation.rows": .number(rows.total), "relocation.rows.inserted": .number(rows.inserted),
            "relocation.rows.existing": .number(rows.existing),
            "relocation.rows.overwritten": .number(rows.overwritten),
            "relocation.rows.dropped": .number(rows.droppedTotal), "relocation.replay": .flag(outcome.rows.isReplay),
        ]
        guard case .task(let task) = element, task.rows > 0 else { return facts }
        let isKnown = Catalogue.standard.model(task.name) != nil
        facts["relocation.model"] = .text(isKnown ? task.name : FlowMetrics.other)
        facts["relocation.min_ordinal"] = .number(Int(task.minOrdinal))
        return facts
    }
}

extension RunEnd {
    /// For a span.
    var word: String {
        switch self {
        case .completed: "completed"
        case .failed: "failed"
        case .postponed: "postponed"
        case .released: "released"
        case .requeued: "requeued"
        case .lost: "lost"
        case .queueTrouble: "queue trouble"
        case .databaseTrouble: "database trouble"
        case .unusable: "unusable"
        }
    }
}
