internal import Dispatch
import Sockets
internal import Synchronization

/// Sends spans to a collector, many at a time, from a thread of its own. Whoever ends a span never waits for it; while
/// the collector is away, spans beyond a limit are dropped and counted.
package final class SpanExporter: Sendable {
    private let body: TraceBody
    private let post: WebPost
    private let buffer = Mutex(SpanBuffer())
    private let wake = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    private let total = Mutex(TraceReport())
    private let onReport: @Sendable (TraceReport) -> Void

    package init(_ settings: TraceSettings, onReport: @escaping @Sendable (TraceReport) -> Void) {
        body = TraceBody(settings)
        post = WebPost(settings.address, timeoutSeconds: TraceSettings.timeoutSeconds)
        self.onReport = onReport
    }

    package func start() { DispatchQueue(label: "relocation.traces").async { self.run() } }

    func add(_ span: FinishedSpan) {
        if buffer.withLock({ $0.add(span) }) { wake.signal() }
    }

    /// Sends what waits, once more if it was not taken before, and ends.
    ///
    /// - Returns: what became of all spans; those that are still on their way count as dropped
    package func end(withinMilliseconds limit: Int) -> TraceReport {
        buffer.withLock { $0.isClosed = true }
        wake.signal()
        let isDone = done.wait(timeout: .now() + .milliseconds(limit)) == .success
        var report = total.withLock { $0 }
        report.dropped += buffer.withLock { $0.takeOverflow() }
        guard !isDone else { return report }
        report.dropped += pending.withLock { $0 } + buffer.withLock { $0.waiting.count }
        report.trouble = report.trouble ?? "the collector is slow"
        return report
    }

    // MARK: Its thread

    /// Spans of the request at hand.
    private let pending = Mutex(0)

    private func run() {
        var pause = 0
        while let batch = nextBatch() {
            while !send(batch) {
                guard !isClosed else { return giveUp(batch.count) }
                let limits = TraceSettings.pauses
                pause = min(max(pause * 2, limits.lowerBound), limits.upperBound)
                rest(pause)
            }
            pause = 0
        }
        done.signal()
    }

    private var isClosed: Bool { buffer.withLock { $0.isClosed } }

    /// Waits for spans, and a little for more of them. nil if no more will come.
    private func nextBatch() -> [FinishedSpan]? {
        pending.withLock { $0 = 0 }
        var hasLingered = false
        while true {
            let (count, isDue) = buffer.withLock { ($0.waiting.count, $0.isDue) }
            if count == 0 {
                if isDue { return nil }
                wake.wait()
            } else if isDue || hasLingered {
                let batch = buffer.withLock { $0.takeBatch() }
                pending.withLock { $0 = batch.count }
                return batch
            } else {
                _ = wake.wait(timeout: .now() + .milliseconds(TraceSettings.lingerMilliseconds))
                hasLingered = true
            }
        }
    }

    /// Waits for so many milliseconds, or until no more spans will come.
    private func rest(_ milliseconds: Int) {
        let end = DispatchTime.now() + .milliseconds(milliseconds)
        while !isClosed, DispatchTime.now() < end { _ = wake.wait(timeout: end) }
    }

    /// Whether the spans are done with: taken, or refused for good.
    private func send(_ batch: [FinishedSpan]) -> Bool {
        do throws(NetworkError) {
            switch try post.send([], body: body.bytes(batch)) {
            case 200..<300: report(sent: batch.count)
            // What the protocol tells a client to send again.
            case let code where [429, 502, 503, 504].contains(code):
                report(trouble: "the collector answers \(code)")
                return false
            case let code: report(dropped: batch.count, trouble: "the collector answers \(code)")
            }
            return true
        } catch {
            report(trouble: error.message)
            return false
        }
    }

    private func giveUp(_ unsent: Int) {
        let waiting = buffer.withLock { $0.waiting.count }
        let trouble = total.withLock { $0.trouble }
        report(dropped: unsent + waiting, trouble: trouble)
        done.signal()
    }

    private func report(sent: Int = 0, dropped: Int = 0, trouble: String? = nil) {
        let overflow = buffer.withLock { $0.takeOverflow() }
        let news = TraceReport(sent: sent, dropped: dropped + overflow, trouble: trouble)
        total.withLock { total in
            total.sent += news.sent
            total.dropped += news.dropped
            total.trouble = trouble
        }
        onReport(news)
    }
}
