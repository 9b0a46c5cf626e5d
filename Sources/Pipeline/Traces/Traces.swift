internal import Synchronization
internal import Tracing

/// The spans of this process: enqueue, claim, chunk, commit, acknowledge. While nobody takes them, none is made.
public enum Traces {
    private static let isOn = Atomic<Bool>(false)
    private static let current = Mutex<SpanTracer?>(nil)
    /// Whether libraries of this process make spans, too. They can be told once.
    private static let isTold = Atomic<Bool>(false)

    private static var tracer: SpanTracer? {
        isOn.load(ordering: .relaxed) ? current.withLock { $0 } : nil
    }

    /// From now on spans are made, and sent.
    ///
    /// - Parameter onReport: hears, on a thread of the exporter's, what became of spans
    public static func begin(_ settings: TraceSettings, onReport: @escaping @Sendable (TraceReport) -> Void = { _ in })
    {
        let exporter = SpanExporter(settings, onReport: onReport)
        exporter.start()
        let tracer = SpanTracer(exporter: exporter)
        current.withLock { $0 = tracer }
        if !isTold.exchange(true, ordering: .sequentiallyConsistent) { InstrumentationSystem.bootstrap(tracer) }
        isOn.store(true, ordering: .sequentiallyConsistent)
    }

    /// No more spans are made. Waits for those that are on their way, for a limited time.
    ///
    /// - Returns: what became of all of them
    public static func end(withinMilliseconds limit: Int) -> TraceReport {
        isOn.store(false, ordering: .sequentiallyConsistent)
        let last = current.withLock { $0.take() }
        return last?.exporter.end(withinMilliseconds: limit) ?? TraceReport()
    }

    /// Does something within a span of its own, below the one that is open here.
    public static func span<Result, Failure: Error>(
        _ step: TraceStep, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let tracer else { return try body() }
        return try run(tracer.startSpan(step.name, ofKind: step.kind), body)
    }

    /// Does something within a span below one of another process.
    ///
    /// - Parameters:
    ///   - parent: as ``parent`` was there; anything else begins a trace
    ///   - milliseconds: since it has begun
    public static func span<Result, Failure: Error>(
        _ step: TraceStep, below parent: String, begun milliseconds: Int64, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let tracer else { return try body() }
        var context = ServiceContext.topLevel
        tracer.extract(parent, into: &context, using: FieldCarrier())
        let age = UInt64(clamping: milliseconds) * 1_000_000
        let now = DefaultTracerClock.now.nanosecondsSinceEpoch
        let began = DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: now - min(age, now))
        return try run(tracer.startSpan(step.name, context: context, ofKind: step.kind, at: began), body)
    }

    private static func run<Result, Failure: Error>(
        _ span: OpenSpan, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { span.end() }
        let outcome = ServiceContext.withValue(span.context) {
            Swift.Result { () throws(Failure) in try body() }
        }
        if case .failure(let error) = outcome { span.recordError(error) }
        return try outcome.get()
    }

    /// Tells something of the span that is open here.
    public static func note(_ facts: @autoclosure () -> [String: TraceFact]) {
        guard let span = openSpan else { return }
        span.note(facts())
    }

    /// The span that is open here has failed.
    ///
    /// - Parameter kind: one of a bounded set of words
    public static func fail(_ kind: String) { openSpan?.fail(kind) }

    private static var openSpan: OpenSpan? {
        guard isOn.load(ordering: .relaxed) else { return nil }
        return ServiceContext.current?[OpenSpanKey.self]
    }

    /// What another process needs to go on below the span that is open here; empty if there is none.
    public static var parent: String {
        guard let tracer, let context = ServiceContext.current else { return "" }
        var text = ""
        tracer.inject(context, into: &text, using: FieldCarrier())
        return text
    }
}
