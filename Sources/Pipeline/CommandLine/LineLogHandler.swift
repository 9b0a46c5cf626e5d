import Catalogue
import Glibc
public import Logging
public import Reporting

/// Writes each event as one whole line, so that lines of several threads do not mix.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogOptions.Format
    private let clock: @Sendable () -> Int64
    private let sink: @Sendable (String) -> Void

    /// - Parameters:
    ///   - clock: milliseconds since 1970
    ///   - sink: receives each line with its line end
    public init(
        label: String, format: LogOptions.Format, level: Logger.Level,
        clock: @escaping @Sendable () -> Int64 = { Timestamp.now() },
        sink: @escaping @Sendable (String) -> Void = LineLogHandler.writeToStandardError
    ) {
        self.label = label
        self.format = format
        logLevel = level
        self.clock = clock
        self.sink = sink
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        let pairs = all.sorted { $0.key < $1.key }
        let time = Timestamp.text(clock())
        switch format {
        case .text: sink(text(time, event, pairs.map { ($0.key, $0.value.description) }))
        case .json: sink(json(time, event, pairs.map { ($0.key, LineLogHandler.json($0.value)) }))
        }
    }

    private func text(_ time: String, _ event: LogEvent, _ pairs: [(String, String)]) -> String {
        let level = event.level.rawValue
        let padded = level + String(repeating: " ", count: max(0, 8 - level.count))
        let fields = pairs.map { " \($0.0)=\(LineLogHandler.isPlain($0.1) ? $0.1 : JSONText.quoted($0.1))" }
        return "\(time) \(padded)\(PlainText.line(event.message.description))\(fields.joined())\n"
    }

    /// - Parameter pairs: names and JSON
    private func json(_ time: String, _ event: LogEvent, _ pairs: [(String, String)]) -> String {
        let head = [
            ("time", time), ("level", event.level.rawValue), ("logger", label), ("message", event.message.description),
        ]
        // Metadata must not replace a field of the line.
        let names = Set(head.map(\.0))
        let fields =
            head.map { ($0.0, JSONText.quoted($0.1)) }
            + pairs.map { (names.contains($0.0) ? "metadata.\($0.0)" : $0.0, $0.1) }
        return "{\(fields.map { "\(JSONText.quoted($0.0)):\($0.1)" }.joined(separator: ","))}\n"
    }

    /// Numbers and truth values that were logged as such stay such.
    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): return JSONText.quoted(text)
        case .stringConvertible(let value):
            if value is any BinaryInteger || value is Bool { return value.description }
            if let number = value as? Double, number.isFinite { return number.description }
            return JSONText.quoted(value.description)
        case .array(let values): return "[\(values.map(json).joined(separator: ","))]"
        case .dictionary(let members):
            let pairs = members.sorted { $0.key < $1.key }.map { "\(JSONText.quoted($0.key)):\(json($0.value))" }
            return "{\(pairs.joined(separator: ","))}"
        }
    }

    /// The line about the error that ends a command, in JSON.
    public static func tellEnd(_ message: String, exitCode: Int32, next: String? = nil) {
        var text = message
        if text.hasPrefix("Error: ") { text.removeFirst("Error: ".count) }
        let handler = LineLogHandler(label: "relocation.end", format: .json, level: .error)
        let logger = Logger(label: "relocation.end", factory: { _ in handler })
        var metadata: Logger.Metadata = ["exit.code": .stringConvertible(exitCode)]
        metadata["next"] = next.map { .string($0) }
        logger.error("\(text)", metadata: metadata)
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x3D }
    }

    /// One `write`, so that the line arrives whole.
    public static func writeToStandardError(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = write(2, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                // There is no other place to report this.
                if written <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}
