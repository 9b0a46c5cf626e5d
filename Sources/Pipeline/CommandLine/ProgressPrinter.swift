import Catalogue
public import Reporting

/// Decides how to show progress: on a terminal it redraws one line, in a file it adds a line every few seconds.
public struct ProgressPrinter: Sendable {
    /// Milliseconds between two lines of a file.
    public static let plainInterval: Int64 = 5_000

    private let terminal: Terminal
    private var lastPlain: Int64?
    private var hasDrawn = false

    public init(_ terminal: Terminal) { self.terminal = terminal }

    /// What to write at this time; empty for nothing.
    public mutating func update(_ meter: ProgressMeter, at time: Int64) -> String {
        if terminal.isTerminal {
            hasDrawn = true
            return "\r" + ProgressBar.bar(meter, width: terminal.width - 1, color: terminal.usesColor) + "\u{1B}[K"
        }
        if let lastPlain, time.saturatedSubtracting(lastPlain) < ProgressPrinter.plainInterval { return "" }
        lastPlain = time
        return ProgressBar.plain(meter) + "\n"
    }

    /// What to write before anything else: clears the bar.
    public mutating func finish() -> String {
        defer { hasDrawn = false }
        return hasDrawn ? "\r\u{1B}[K" : ""
    }
}
