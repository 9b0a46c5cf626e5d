import ArgumentParser
import CommandLine
import EventSinks

internal import Foundation

/// Where messages about saved events go. Each flag has a variable of the environment.
struct EventSinkOptions: ParsableArguments {
    @Option(
        name: .customLong("event-sink"),
        help: ArgumentHelp(
            """
            Where messages about saved events go: redis (streams beside the queue), kafka://host:port,host:port, \
            file:///path (one message a line) or none (RELOCATION_EVENT_SINK; default: redis).
            """, valueName: "address"))
    var eventSink: String?

    @Option(
        name: .customLong("kafka-config"),
        help: ArgumentHelp(
            """
            A file with further settings of the Kafka producer, name=value a line, under librdkafka's names; credentials \
            belong there (RELOCATION_KAFKA_CONFIG).
            """, valueName: "file"))
    var kafkaConfig: String?

    @Option(
        name: .customLong("event-stream-limit"),
        help: ArgumentHelp(
            """
            Messages that each stream in Redis keeps, approximately (RELOCATION_EVENT_STREAM_LIMIT; default: all, until a \
            reader trims them).
            """, valueName: "number"))
    var eventStreamLimit: Int?

    private static let streamLimits = 1...1_000_000_000

    func settings(_ environment: Environment) throws(CommandFailure) -> SinkSettings {
        var settings = SinkSettings()
        if let text = eventSink ?? environment["RELOCATION_EVENT_SINK"] {
            guard let address = SinkAddress(text) else {
                throw CommandFailure(
                    .usage,
                    "The event sink is redis, kafka://host:port, file:///path or none. Credentials belong into a file: "
                        + "--kafka-config.")
            }
            settings.address = address
        }
        if let path = kafkaConfig ?? environment["RELOCATION_KAFKA_CONFIG"] {
            settings.kafkaProperties = try Self.properties(path)
        }
        if eventStreamLimit != nil || environment["RELOCATION_EVENT_STREAM_LIMIT"] != nil {
            settings.streamLimit = try Setting("event-stream-limit").number(
                eventStreamLimit, in: Self.streamLimits, otherwise: 1, environment)
        }
        return settings
    }

    /// Lines `name=value`; empty ones and those that begin with # do not count.
    private static func properties(_ path: String) throws(CommandFailure) -> [String: String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFailure(.noInput, "The file \(path) of --kafka-config cannot be read.")
        }
        var properties: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let mark = line.firstIndex(of: "=") else {
                throw CommandFailure(.badData, "Line \(number + 1) of \(path) is not name=value.")
            }
            properties[String(line[..<mark]).trimmingCharacters(in: .whitespaces)] =
                String(line[line.index(after: mark)...]).trimmingCharacters(in: .whitespaces)
        }
        return properties
    }
}
