package import EventFormat
import ExportFormat

extension SavedChunk {
    /// All messages about a chunk, in the order in which they are sent: groups, events, outcomes, problems.
    ///
    /// - Parameters:
    ///   - startedAt: when the saving began, for outcomes; microseconds since 1970
    ///   - now: for snapshots of groups
    package func messages(
        settings: StreamSettings, startedAt: Int64, now: Int64
    ) -> [SinkMessage] {
        let told = Parallel.map(events) { _, event in
            let texts = event.texts(settings, startedAt)
            let detection = ProblemDetection(settings: DetectionSettings(options: event.project.problemOptions))
            return (
                event: texts.insert(event.body, event.decision),
                outcome: event.decision.counts ? texts.accepted(event.body) : nil,
                problems: texts.occurrences(event.body, detection)
            )
        }
        return snapshots.map { $0.message(now: now) } + told.compactMap(\.event) + told.compactMap(\.outcome)
            + discarded.map { $0.texts(settings, startedAt).discarded($0.body) } + told.flatMap(\.problems)
    }
}

extension SavedEvent {
    fileprivate func texts(_ settings: StreamSettings, _ startedAt: Int64) -> EventMessages {
        EventMessages(
            organization: project.organization, project: project.id, settings: settings, startedAt: startedAt)
    }
}
