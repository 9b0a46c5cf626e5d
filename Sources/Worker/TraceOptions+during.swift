import CommandLine
import Logging
import Synchronization
import Traces
import WorkerRuntime

extension TraceOptions {
    /// Milliseconds that a process waits at its end for a collector.
    private static let patience = 2_000

    /// Runs services and sends their spans, if somebody takes them. What becomes of them changes nothing else.
    func during(_ name: String, _ log: Logger, _ services: () async throws -> Void) async throws {
        guard let settings = try settings(of: "relocation-worker", instance: name) else { return try await services() }
        let reports = TraceLog(log)
        Traces.begin(settings) { reports.note($0) }
        defer { _ = Traces.end(withinMilliseconds: Self.patience) }
        try await services()
    }
}

/// Logs that a collector takes nothing, and that it does again: one line each.
private final class TraceLog: Sendable {
    private let log: Logger
    private let isTroubled = Mutex(false)

    init(_ log: Logger) { self.log = log }

    func note(_ report: TraceReport) {
        TraceMetrics.record(report)
        let wasTroubled = isTroubled.withLock { state in
            defer { state = report.trouble != nil }
            return state
        }
        if let trouble = report.trouble, !wasTroubled {
            log.warning("traces are not taken", metadata: ["error": "\(trouble)"])
        } else if report.trouble == nil, wasTroubled {
            log.info("traces are taken again")
        }
    }
}
