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
        var out = snapshots.map { $0.message(now: now) }
        for event in events {
            if let message = event.texts(settings, startedAt).insert(event.body, event.decision) { out.append(message) }
        }
        for event in events where event.decision.counts {
            if let message = event.texts(settings, startedAt).accepted(event.body) { out.append(message) }
        }
        for event in discarded { out.append(event.texts(settings, startedAt).discarded(event.body)) }
        for event in events {
            let detection = ProblemDetection(settings: DetectionSettings(options: event.project.problemOptions))
            out += event.texts(settings, startedAt).occurrences(event.body, detection)
        }
        return out
    }
}

extension SavedEvent {
    fileprivate func texts(_ settings: StreamSettings, _ startedAt: Int64) -> EventMessages {
        EventMessages(
            organization: project.organization, project: project.id, settings: settings, startedAt: startedAt)
    }
}
