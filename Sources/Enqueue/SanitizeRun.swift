import Catalogue
import CommandLine
import ExportFormat
import Operations
import Sanitizing

/// What `sanitize` does with its arguments.
struct SanitizeRun {
    private let arguments: SanitizeCommand
    private let console: Console

    init(_ arguments: SanitizeCommand) {
        self.arguments = arguments
        console = Console(isSilent: arguments.silent)
    }

    func run() throws {
        try arguments.files.requireOutput()
        let opener = try arguments.decryption.opener()
        let seal = try arguments.encryption.seal()
        if let warning = seal?.warning { console.warn(warning) }
        let source = try ExportSource.open(path: arguments.files.source, opener: opener, catalogue: .standard)
        let output = try ExportOutput.open(arguments.files.destination, seal)
        let sanitizer = FileSanitizer(source, options)
        let summary = try ReadingProgress(bytes: sanitizer.expectedBytes, console)
            .during { progress throws(ExportError) in
                try sanitizer.run(to: output, isSealed: seal != nil, onProgress: progress)
            }
        SanitizeReport(summary, arguments).lines.forEach(console.say)
    }

    private var options: SanitizingOptions {
        var options = SanitizingOptions()
        options.daysOffset = arguments.daysOffset
        options.seed = arguments.seed
        options.keepsUnknown = arguments.keepUnknown
        options.isThorough = arguments.thorough
        return options
    }
}

/// What `sanitize` has done, for people.
struct SanitizeReport {
    private let summary: SanitizingSummary
    private let arguments: SanitizeCommand

    /// Models that are listed.
    private static let shownModels = 20

    init(_ summary: SanitizingSummary, _ arguments: SanitizeCommand) {
        self.summary = summary
        self.arguments = arguments
    }

    var lines: [String] {
        [sums, unknown, arguments.thorough ? nil : Self.leftovers].compactMap { $0 }
    }

    private var sums: String {
        let place = arguments.files.destination == "-" ? "" : " to \(arguments.files.destination)"
        let values = ReplacedCategory.allCases.compactMap { category in
            summary.replaced[category].map { "\(category.rawValue) \($0)" }
        }
        let rows =
            "Sanitized \(Self.counted(summary.rows, "row")) of \(Self.counted(Int64(summary.models), "model"))\(place)"
        return rows + (values.isEmpty ? "." : ". Replaced: \(values.joined(separator: ", ")).")
    }

    private var unknown: String? {
        guard !summary.unknown.isEmpty else { return nil }
        let rows = Self.counted(summary.unknown.reduce(0) { $0 + $1.rows }, "row")
        let shown = summary.unknown.prefix(Self.shownModels).map { "\($0.model) (\($0.rows))" }.joined(separator: ", ")
        let rest =
            summary.unknown.count > Self.shownModels ? " and \(summary.unknown.count - Self.shownModels) more" : ""
        return arguments.keepUnknown
            ? "Kept \(rows) of unknown models, all texts replaced: \(shown)\(rest)."
            : "Left out \(rows) of unknown models: \(shown)\(rest). --keep-unknown keeps them."
    }

    private static let leftovers =
        "Titles, queries, comments, option values and other columns without a rule may still hold names and addresses; "
        + "--thorough searches them."

    private static func counted(_ number: Int64, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }
}
