import Catalogue
import EventFormat
package import ExportFormat
import Intake
package import Queue
package import TaskFormat
import Traces

/// Queues the events of a file: checks and counts all of them first, then cuts them into chunks per project.
// More than eight properties: one per option.
package struct EventsJob {
    package let uuid: String
    /// The path of the file; `-` is standard input.
    package let path: String
    /// The name under which the file is shown; nil: that of the file at its path.
    package var sourceName: String?
    package var options: EventOptions
    /// The path of a file with the state of the events' groups; nil without one.
    package var groups: String?
    /// Lines of a chunk at most: what one transaction saves.
    package var chunkSize = ChunkLimits.events.maxRows
    /// Whether a worker only finds out what would become of the events.
    package var plans = false
    package var destination = DestinationName.standard
    package var keyring: PayloadKeyring?
    package var actor = Operator(name: "")

    package init(uuid: String, path: String, options: EventOptions) {
        self.uuid = uuid
        self.path = path
        self.options = options
    }

    package func open() throws(ExportError) -> EventSources {
        func open(_ path: String) throws(ExportError) -> ExportSource {
            try ExportSource.open(path: path, limits: .standard, catalogue: .standard)
        }
        return EventSources(events: try open(path), groups: try groups.map(open))
    }

    // MARK: - The first pass

    /// Reads all groups and events and counts them; nothing leaves the process.
    package func check(_ sources: EventSources) throws -> EventsReport {
        try Traces.span(.check) { try read(sources) }
    }

    private func read(_ sources: EventSources) throws -> EventsReport {
        let digest = TextDigest()
        var report = EventsReport()
        try sources.forEach { kind, number, line in
            switch line {
            case .tooLong: report.reject(EventLine.tooLong, kind, line: number)
            case .text(let text):
                text.withUnsafeBytes { digest.update($0) }
                report.take(text, kind, line: number, options)
            }
            "\n".utf8.withContiguousStorageIfAvailable { digest.update(UnsafeRawBufferPointer($0)) }
        }
        report.digest = digest.hexadecimal()
        return report
    }

    // MARK: - The second pass

    /// Pushes all chunks and publishes them together. Returns their number, or nil if the same file is queued already.
    package func queue(
        _ sources: EventSources, _ report: EventsReport, _ configuration: QueueConfiguration,
        isInterrupted: @escaping () -> Bool
    ) throws -> Int? {
        try Traces.span(.push) {
            Traces.note(["relocation.uuid": .text(uuid), "relocation.destination": .text(destination.text)])
            return try stage(sources, report, configuration, isInterrupted)
        }
    }

    private func stage(
        _ sources: EventSources, _ report: EventsReport, _ configuration: QueueConfiguration,
        _ isInterrupted: @escaping () -> Bool
    ) throws -> Int? {
        let queue = RetryingQueue(
            try RelocationQueue(configuration), limitMilliseconds: nil, isInterrupted: isInterrupted)
        guard let token = try begin(relocation(report), queue) else { return nil }
        do {
            let tasks = try push(sources, queue, token, isInterrupted)
            try queue.publish(uuid: uuid, token: token, chunksTotal: tasks)
            return tasks
        } catch {
            // If the removal fails too, the upload lease ends it. Workers never see it.
            _ = try? queue.queue.abandon(uuid: uuid, token: token)
            throw error
        }
    }

    /// nil if the same is queued, or worked on. What has ended is queued anew: a worker finds what is saved.
    private func begin(_ relocation: NewRelocation, _ queue: RetryingQueue) throws -> Int64? {
        switch try OperationError.refusing({ try queue.begin(relocation) }) {
        case .staged(let token): return token
        case .ownerIsBusy(let other): throw OperationError.ownerIsBusy(other)
        case .exists(let status):
            if status.step == .undoing, status.endedBy != .undo { throw OperationError.halfUndone(uuid) }
            let isSame = status.digest == relocation.digest && status.scope == relocation.scope
            guard status.endedBy == .undo || isSame else {
                throw OperationError(
                    .badData, "The UUID \(uuid) belongs to another relocation. Give another --import-uuid.")
            }
            guard [.failure, .success].contains(status.status) else { return nil }
        }
        guard case .staged(let token) = try OperationError.refusing({ try queue.begin(relocation, replacing: true) })
        else { return nil }
        return token
    }

    private func relocation(_ report: EventsReport) -> NewRelocation {
        var relocation = NewRelocation(uuid: uuid, scope: "events")
        relocation.destination = destination
        var options = RelocationOptions()
        options.events = self.options
        options.plans = plans
        relocation.options = options.json
        relocation.toolVersion = ToolVersion.current
        relocation.digest = report.digest
        relocation.sourceName = SourceName.shown(sourceName ?? path)
        relocation.rowsSource = report.total
        relocation.enqueuedBy = actor.text
        relocation.traceParent = Traces.parent
        return relocation
    }

    private func push(
        _ sources: EventSources, _ queue: RetryingQueue, _ token: Int64, _ isInterrupted: () -> Bool
    ) throws -> Int {
        var batch = queue.batch(of: uuid, token, keyring)
        let values = ValueReader(maxDepth: EventLine.maxDepth)
        var cutter = EventCutter(encoder: try ChunkEncoder(), maxLines: chunkSize)
        try sources.forEach { kind, number, line in
            if isInterrupted() { throw OperationError.interruptedEnqueue }
            try cutter.begin(kind.task) { try batch.add(.events, $0) }
            // A line that is too long goes on its way without its content: the worker counts and lists it.
            guard case .text(let text) = line else {
                return try cutter.add(Array("\"\"".utf8), number, project: 0) { try batch.add(.events, $0) }
            }
            let project = (try? EventLine(text, values))?.project ?? 0
            try cutter.add(text, number, project: project) { try batch.add(.events, $0) }
        }
        try cutter.finish { try batch.add(.events, $0) }
        return try batch.finish()
    }
}

/// The files of a relocation of events. Groups come first: events join them then.
package struct EventSources {
    let events: ExportSource
    let groups: ExportSource?

    /// What a line tells of.
    package enum Kind: String, Sendable {
        case events, groups

        var task: String { self == .events ? EventLine.event : EventLine.group }
    }

    /// Each line that is not empty, with its number in its file.
    func forEach(_ take: (Kind, Int64, LineReader.Line) throws -> Void) throws {
        if let groups { try Self.forEach(groups) { try take(.groups, $0, $1) } }
        try Self.forEach(events) { try take(.events, $0, $1) }
    }

    private static func forEach(_ source: ExportSource, _ take: (Int64, LineReader.Line) throws -> Void) throws {
        let reader = try LineReader(source, maxBytes: EventLine.maxBytes)
        while let line = try reader.next() {
            if case .text(let text) = line, text.isEmpty { continue }
            try take(reader.number, line)
        }
    }
}

/// Collects the lines of each project until they fill a chunk.
private struct EventCutter {
    let encoder: ChunkEncoder
    let maxLines: Int
    private var task = EventLine.event
    private var waiting: [Int64: (lines: [(ordinal: Int64, text: [UInt8])], bytes: Int)] = [:]
    private var bytes = 0

    /// What a worker makes of a chunk keeps its transaction open: a database ends one in which nothing happens for seconds.
    private static let maxChunkBytes = 1 << 20
    /// Of all projects together.
    private static let maxBytes = 32 << 20

    init(encoder: ChunkEncoder, maxLines: Int) {
        self.encoder = encoder
        self.maxLines = maxLines
    }

    /// The lines that follow are of another kind.
    mutating func begin(_ task: String, _ deliver: (Chunk) throws -> Void) throws {
        guard task != self.task else { return }
        try finish(deliver)
        self.task = task
    }

    mutating func add(
        _ text: [UInt8], _ ordinal: Int64, project: Int64, _ deliver: (Chunk) throws -> Void
    ) throws {
        var chunk = waiting[project] ?? ([], 0)
        if !chunk.lines.isEmpty, chunk.bytes + text.count > Self.maxChunkBytes {
            try flush(project, deliver)
            chunk = ([], 0)
        }
        chunk.lines.append((ordinal, text))
        chunk.bytes += text.count
        bytes += text.count
        waiting[project] = chunk
        if chunk.lines.count >= maxLines { try flush(project, deliver) }
        if bytes > Self.maxBytes, let largest = waiting.max(by: { $0.value.bytes < $1.value.bytes })?.key {
            try flush(largest, deliver)
        }
    }

    mutating func finish(_ deliver: (Chunk) throws -> Void) throws {
        for project in waiting.keys.sorted() { try flush(project, deliver) }
    }

    private mutating func flush(_ project: Int64, _ deliver: (Chunk) throws -> Void) throws {
        guard let chunk = waiting.removeValue(forKey: project), let first = chunk.lines.first?.ordinal else { return }
        bytes -= chunk.bytes
        encoder.begin(minOrdinal: first)
        for (ordinal, text) in chunk.lines { text.withUnsafeBufferPointer { encoder.add($0, ordinal: ordinal) } }
        try deliver(
            Chunk(
                model: task, minOrdinal: first, rows: chunk.lines.count, payload: try encoder.payload(),
                sourceBytes: chunk.bytes))
    }
}
