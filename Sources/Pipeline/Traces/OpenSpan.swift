internal import Synchronization
package import Tracing

/// A span that has begun. It goes to the exporter when it ends.
package final class OpenSpan: Tracing.Span {
    let id: TraceParent
    private let parent: SpanOrigin?
    /// What surrounds it, without itself.
    private let surroundings: ServiceContext
    private let kind: SpanKind
    private let began: UInt64
    private let exporter: SpanExporter
    private let state: Mutex<State>

    private struct State {
        var name: String
        var attributes = SpanAttributes()
        var isError = false
        var isEnded = false
    }

    init(_ name: String, _ kind: SpanKind, in context: ServiceContext, began: UInt64, _ exporter: SpanExporter) {
        parent = context.origin
        id = parent.map { TraceParent(below: $0.id) } ?? TraceParent()
        surroundings = context
        self.kind = kind
        self.began = began
        self.exporter = exporter
        state = Mutex(State(name: name))
    }

    package var context: ServiceContext {
        var context = surroundings
        context[OpenSpanKey.self] = self
        context[RemoteParentKey.self] = nil
        return context
    }

    package var isRecording: Bool { id.isSampled && !state.withLock { $0.isEnded } }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    func note(_ facts: [String: TraceFact]) {
        state.withLock { state in
            for (name, fact) in facts { state.attributes.set(name, value: fact.attribute) }
        }
    }

    package func setStatus(_ status: SpanStatus) { state.withLock { $0.isError = status.code == .error } }

    /// Tells what kind of error it was. Its words may name rows.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        fail("\(type(of: error))")
    }

    /// - Parameter kind: one of a bounded set of words
    func fail(_ kind: String) {
        state.withLock { state in
            state.isError = true
            state.attributes.set("error.type", value: .string(kind))
        }
    }

    // Spans of this project have neither events nor links.
    package func addEvent(_ event: SpanEvent) {}
    package func addLink(_ link: SpanLink) {}

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let last = state.withLock { state -> State? in
            defer { state.isEnded = true }
            return state.isEnded ? nil : state
        }
        guard let last, id.isSampled else { return }
        var span = FinishedSpan(id: id, parent: parent, name: last.name, kind: kind)
        (span.began, span.ended) = (began, max(instant().nanosecondsSinceEpoch, began))
        (span.attributes, span.isError) = (last.attributes, last.isError)
        exporter.add(span)
    }
}

/// A span that is over.
struct FinishedSpan: Sendable {
    let id: TraceParent
    let parent: SpanOrigin?
    let name: String
    let kind: SpanKind
    /// Nanoseconds since 1970.
    var began: UInt64 = 0
    var ended: UInt64 = 0
    var attributes = SpanAttributes()
    var isError = false

    init(id: TraceParent, parent: SpanOrigin?, name: String, kind: SpanKind) {
        self.id = id
        self.parent = parent
        self.name = name
        self.kind = kind
    }
}

/// The span above another one.
struct SpanOrigin: Sendable {
    let id: TraceParent
    /// Whether another process has made it.
    let isRemote: Bool
}

/// The span that is open around what is done now.
enum OpenSpanKey: ServiceContextKey {
    typealias Value = OpenSpan
}

/// A span of another process, below which the next one begins.
enum RemoteParentKey: ServiceContextKey {
    typealias Value = TraceParent
}

extension ServiceContext {
    var origin: SpanOrigin? {
        if let remote = self[RemoteParentKey.self] { return SpanOrigin(id: remote, isRemote: true) }
        return self[OpenSpanKey.self].map { SpanOrigin(id: $0.id, isRemote: false) }
    }
}

extension TraceFact {
    fileprivate var attribute: SpanAttribute {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .int64(Int64(number))
        case .flag(let flag): .bool(flag)
        }
    }
}
