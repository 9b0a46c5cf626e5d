/// Writes JSON values anew, in the spelling of encrypted exports, into a sink.
struct CompactText {
    private let sink: any ByteSink
    private var out = JSONOutput(.compact)

    /// Bytes that are kept before they go to the sink.
    private static let blockBytes = 64 << 10

    init(to sink: any ByteSink) { self.sink = sink }

    /// A bracket or a comma.
    mutating func append(_ mark: StaticString) { out.append(mark) }

    /// Throws `badData` for a number that Sentry's own encryption cannot write.
    ///
    /// - Parameters:
    ///   - place: of the value, for the error
    ///   - noun: what the value is, for the error
    mutating func append(_ value: TapeValue, at place: ExportPlace, _ noun: String) throws(ExportError) {
        guard !value.holdsBigInteger else {
            throw ExportError(
                .badData, "\(noun) holds an integer beyond 64 bits, which no encrypted export can hold", place: place)
        }
        do throws(ValueMismatch) {
            try out.append(value, level: 0)
        } catch {
            throw ExportError(.badData, "\(noun) \(error.problem)", place: place)
        }
        if out.bytes.count >= Self.blockBytes { try flush() }
    }

    mutating func flush() throws(ExportError) {
        try sink.write(out.bytes)
        out.removeAll()
    }
}
