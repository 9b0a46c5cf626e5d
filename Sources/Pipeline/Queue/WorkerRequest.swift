/// What an operator asks of a worker process.
public struct WorkerRequest: Sendable, Equatable {
    /// Whether it is to take no more; else it is to go on.
    public let isQuiet: Bool
    /// Who asks.
    public let by: String

    /// `quiet ada@host`; nil for a text that this version does not know.
    init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard let word = parts.first, ["quiet", "on"].contains(word) else { return nil }
        isQuiet = word == "quiet"
        by = parts.count == 2 ? parts[1] : ""
    }
}
