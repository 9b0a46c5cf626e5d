import Catalogue
import CommandLine
import Comparison
import ExportFormat
import Operations

/// What `compare` does with its arguments.
struct CompareRun {
    private let arguments: CompareCommand
    private let console = Console(isSilent: false)

    init(_ arguments: CompareCommand) { self.arguments = arguments }

    func run() throws -> ComparisonSummary {
        let file = try arguments.findingsFile.map { path throws(CommandFailure) in
            try FindingsStream(file: path, besides: [arguments.left, arguments.right])
        }
        do {
            let summary = try compare(file)
            try file?.finish()
            return summary
        } catch {
            // Half a list of findings looks like a whole one.
            file?.empty()
            throw failure(error)
        }
    }

    private func compare(_ file: FindingsStream?) throws -> ComparisonSummary {
        let left = try open(.left, arguments.left, try arguments.leftOpener())
        let right = try open(.right, arguments.right, try arguments.rightOpener())
        let comparison = FileComparison(left, right, fast: arguments.fast)
        let output = arguments.json ? FindingsStream.output(after: ComparisonSummary.head) : nil
        let summary = try ReadingProgress(bytes: comparison.expectedBytes, console).during { progress in
            try comparison.run(
                onFinding: { finding in
                    try file?.add(finding)
                    try output?.add(finding)
                }, onProgress: progress)
        }
        let report = CompareReport(summary, names: names, isFast: arguments.fast)
        try output?.finish()
        Console.print(output == nil ? report.text : report.jsonTail)
        return summary
    }

    private var names: (left: String, right: String) {
        let shown = (SourceName.shown(arguments.left), SourceName.shown(arguments.right))
        return shown.0 == shown.1 ? (arguments.left, arguments.right) : shown
    }

    private func open(_ side: Side, _ path: String, _ opener: TarballOpener?) throws -> ExportSource {
        do {
            return try ExportSource.open(path: path, opener: opener, catalogue: .standard)
        } catch {
            throw FileComparison.Refusal(side: side, error: error)
        }
    }

    /// The message says which file it is about.
    private func failure(_ error: any Error) -> any Error {
        guard let refusal = error as? FileComparison.Refusal else { return error }
        let error = refusal.error
        let name = refusal.side == .left ? names.left : names.right
        // Without a place the message names the file itself.
        let file = error.place == ExportPlace() ? "file" : "file \(name)"
        return CommandFailure(
            CommandExit(error),
            "The \(refusal.side.rawValue) \(file): \(error.description)")
    }
}
