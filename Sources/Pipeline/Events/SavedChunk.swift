package import EventFormat
package import ExportFormat

/// How events are saved.
package struct SavingSettings: Sendable {
    /// Whether events are taken as they are: the project's first event stays unmarked.
    package var isRaw = false
    /// Whether ids are reserved for more than one chunk at a time.
    package var reservesAhead = true
    /// Which of two events decides on what both tell of.
    package var order = EventOrder.arrival

    package init() {}
}

/// What became of a chunk.
package struct SavedChunk {
    /// One per event.
    package var fates: [EventFate] = []
    package var events: [SavedEvent] = []
    package var discarded: [SavedEvent] = []
    package var snapshots: [GroupSnapshot] = []
}

/// A saved event: what its messages are made of.
package struct SavedEvent {
    package let place: Int
    package let project: EventProject
    package let body: FieldValue
    package let decision: EventDecision
    package let nodeID: String

    /// Days since 1970.
    var day: Int64 { EventRepeats.day(body) }

    /// An event that was saved before.
    init(place: Int, project: EventProject, body: FieldValue, decision: EventDecision, nodeID: String) {
        self.place = place
        self.project = project
        self.body = body
        self.decision = decision
        self.nodeID = nodeID
    }

    init(_ job: EventJob) {
        place = job.place
        project = job.project
        body = job.draft.body
        decision = job.decision
        nodeID = job.draft.nodeID
    }
}

/// What became of a chunk of groups.
package struct SavedGroups {
    /// One per line.
    package var fates: [EventFate] = []
    package var shares: [GroupShare] = []
    package var snapshots: [GroupSnapshot] = []

    mutating func add(_ line: GroupLine, _ place: Int, _ found: (group: Int64, isNew: Bool)?) {
        guard let found else { return fates.append(.discarded) }
        fates.append(found.isNew ? .saved : .replaced)
        shares.append(
            GroupShare(
                place: place, project: line.project, group: found.group, source: line.id,
                timesSeen: line.state.timesSeen, isNew: found.isNew))
    }
}

extension EventRejection {
    static func unknownProject(_ project: Int64) -> EventRejection {
        EventRejection("unknown-project", at: "project", "the destination has no project \(project)")
    }
}
