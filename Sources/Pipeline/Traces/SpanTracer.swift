package import Tracing

/// Makes spans that go to an exporter, and carries their place from process to process as the W3C has it.
package struct SpanTracer: Tracer {
    let exporter: SpanExporter

    private static let header = "traceparent"

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> OpenSpan {
        OpenSpan(operationName, kind, in: context(), began: instant().nanosecondsSinceEpoch, exporter)
    }

    package func activeSpan(identifiedBy context: ServiceContext) -> OpenSpan? { context[OpenSpanKey.self] }

    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let origin = context.origin else { return }
        injector.inject(origin.id.text, forKey: Self.header, into: &carrier)
    }

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: Self.header, from: carrier).flatMap({ TraceParent($0) }) else {
            return
        }
        context[RemoteParentKey.self] = parent
    }

    /// Spans leave by themselves.
    package func forceFlush() {}
}

/// Carries a place as a field of its own.
struct FieldCarrier: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into carrier: inout String) { carrier = value }
    func extract(key: String, from carrier: String) -> String? { carrier }
}
