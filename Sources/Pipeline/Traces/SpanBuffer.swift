/// Spans that wait for the exporter: no more than the limit, and those that are over it are counted.
struct SpanBuffer {
    private(set) var waiting: [FinishedSpan] = []
    private var overflow = 0
    /// Whether no more will come.
    var isClosed = false

    /// Returns whether the exporter has to look.
    mutating func add(_ span: FinishedSpan) -> Bool {
        guard waiting.count < TraceSettings.bufferLimit, !isClosed else {
            overflow += 1
            return false
        }
        waiting.append(span)
        return waiting.count == 1 || waiting.count == TraceSettings.batchLimit
    }

    /// Whether it is worth a request.
    var isDue: Bool { isClosed || waiting.count >= TraceSettings.batchLimit }

    mutating func takeBatch() -> [FinishedSpan] {
        let batch = Array(waiting.prefix(TraceSettings.batchLimit))
        waiting.removeFirst(batch.count)
        return batch
    }

    /// How many were dropped since the last time this was asked.
    mutating func takeOverflow() -> Int {
        defer { overflow = 0 }
        return overflow
    }
}
