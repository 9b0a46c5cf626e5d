import Catalogue
import EventFormat
package import ExportFormat
import Intake
package import Queue
package import TaskFormat

/// Queues the events of a file: checks and counts all of them first, then cuts them into chunks per project.
// More than eight properties: one per option.
package struct EventsJob {
    package let uuid: String
    /// The path of the file; `-` is standard input.
    package let path: String
    package let options: EventOptions
    package var destination = DestinationName.standard
    package var keyring: PayloadKeyring?
    package var actor = Operator(name: "")

    package init(uuid: String, path: String, options: EventOptions) {
        self.uuid = uuid
        self.path = path
        self.options = options
    }

    package func open() throws(ExportError) -> ExportSource {
        try ExportSource.open(path: path, limits: .standard, catalogue: .standard)
    }

    // MARK: - The first pass

    /// Reads all events and counts them; nothing leaves the process.
    package func check(_ source: ExportSource, onProgress: (Int64) -> Void) throws(ExportError) -> EventsReport {
        let reader = try LineReader(source, maxBytes: EventLine.maxBytes)
        let values = ValueReader(maxDepth: EventLine.maxDepth)
        let digest = TextDigest()
        var report = EventsReport()
        while let line = try reader.next() {
            onProgress(reader.bytesRead)
            switch line {
            case .tooLong: report.reject(EventLine.tooLong, line: reader.number)
            case .text(let text):
                text.withUnsafeBytes { digest.update($0) }
                if !text.isEmpty { report.take(text, line: reader.number, values, options) }
            }
            "\n".utf8.withContiguousStorageIfAvailable { digest.update(UnsafeRawBufferPointer($0)) }
        }
        report.digest = digest.hexadecimal()
        return report
    }

    // MARK: - The second pass

    /// Pushes all chunks and publishes them together. Returns their number, or nil if the same file is queued already.
    package func queue(
        _ source: ExportSource, _ report: EventsReport, _ configuration: QueueConfiguration,
        isInterrupted: @escaping () -> Bool
    ) throws -> Int? {
        let queue = RetryingQueue(
            try RelocationQueue(configuration), limitMilliseconds: nil, isInterrupted: isInterrupted)
        switch try OperationError.refusing({ try queue.begin(relocation(report)) }) {
        case .exists(let status):
            guard status.digest == report.digest else {
                throw OperationError(
                    .badData, "The UUID \(uuid) belongs to another relocation. Give another --import-uuid.")
            }
            return nil
        case .staged(let token):
            do {
                let tasks = try push(source, queue, token, isInterrupted)
                try queue.publish(uuid: uuid, token: token, chunksTotal: tasks)
                return tasks
            } catch {
                // If the removal fails too, the upload lease ends it. Workers never see it.
                _ = try? queue.queue.abandon(uuid: uuid, token: token)
                throw error
            }
        }
    }

    private func relocation(_ report: EventsReport) -> NewRelocation {
        var relocation = NewRelocation(uuid: uuid, scope: "events")
        relocation.destination = destination
        var options = RelocationOptions()
        options.events = self.options
        relocation.options = options.json
        relocation.toolVersion = ToolVersion.current
        relocation.digest = report.digest
        relocation.sourceName = SourceName.shown(path)
        relocation.rowsSource = report.total
        relocation.enqueuedBy = actor.text
        return relocation
    }

    private func push(
        _ source: ExportSource, _ queue: RetryingQueue, _ token: Int64, _ isInterrupted: () -> Bool
    ) throws -> Int {
        var batch = queue.batch(of: uuid, token, keyring)
        let reader = try LineReader(source, maxBytes: EventLine.maxBytes)
        let values = ValueReader(maxDepth: EventLine.maxDepth)
        var cutter = EventCutter(encoder: try ChunkEncoder())
        while let line = try reader.next() {
            if isInterrupted() { throw OperationError.interruptedEnqueue }
            // A line that is too long goes on its way without its content: the worker counts and lists it.
            guard case .text(let text) = line else {
                try cutter.add(Array("\"\"".utf8), reader.number, project: 0) { try batch.add(.events, $0) }
                continue
            }
            guard !text.isEmpty else { continue }
            let project = (try? EventLine(text, values))?.project ?? 0
            try cutter.add(text, reader.number, project: project) { try batch.add(.events, $0) }
        }
        try cutter.finish { try batch.add(.events, $0) }
        return try batch.finish()
    }
}

/// Collects the lines of each project until they fill a chunk.
private struct EventCutter {
    let encoder: ChunkEncoder
    private var waiting: [Int64: (lines: [(ordinal: Int64, text: [UInt8])], bytes: Int)] = [:]
    private var bytes = 0

    private static let maxLines = ChunkLimits.events.maxRows
    private static let maxChunkBytes = 4 << 20
    /// Of all projects together.
    private static let maxBytes = 32 << 20

    init(encoder: ChunkEncoder) { self.encoder = encoder }

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
        if chunk.lines.count >= Self.maxLines { try flush(project, deliver) }
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
                model: "event", minOrdinal: first, rows: chunk.lines.count, payload: try encoder.payload(),
                sourceBytes: chunk.bytes))
    }
}
