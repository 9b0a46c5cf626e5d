public import ArgumentParser
import Sockets
import TaskFormat
package import Traces

/// Who takes traces. The variable is the same for every program.
public struct TraceOptions: ParsableArguments {
    @Option(
        name: .customLong("traces-url"),
        help: ArgumentHelp(
            """
            Collector that takes traces by OTLP/HTTP as JSON: http://host:4318, or a whole address (RELOCATION_TRACES_URL; \
            without one no traces are made).
            """, valueName: "url"))
    var tracesURL: String?

    static let setting = Setting("traces-url")

    public init() {}

    /// nil if nobody takes traces.
    ///
    /// - Parameters:
    ///   - service: the program
    ///   - instance: tells its processes apart; empty for one that ends soon
    package func settings(
        of service: String, instance: String = "", _ environment: Environment = .process
    ) throws(CommandFailure) -> TraceSettings? {
        guard let url = if let tracesURL { tracesURL } else { try environment.value(Self.setting.variable) } else {
            return nil
        }
        do {
            return try TraceSettings(url: url, service: service, version: ToolVersion.current, instance: instance)
        } catch {
            throw CommandFailure(.usage, "The address of --\(Self.setting.flag) \(error.message)")
        }
    }
}
