import CommandLine
import Traces

extension TraceOptions {
    /// Milliseconds that a command waits at its end for a collector.
    private static let patience = 2_000

    /// Runs a command and sends its spans, if somebody takes them. What becomes of them changes nothing else.
    func during(_ console: Console, _ command: () throws -> Void) throws {
        guard let settings = try settings(of: "relocation-enqueue") else { return try command() }
        Traces.begin(settings)
        defer {
            let report = Traces.end(withinMilliseconds: Self.patience)
            if report.dropped > 0 {
                console.warn(
                    "\(report.dropped) spans of the trace were not taken: \(report.trouble ?? "there were too many")")
            }
        }
        try command()
    }
}
