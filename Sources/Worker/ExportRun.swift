import Catalogue
import CommandLine
import ExportFormat
import Extraction
import Import
import Glibc
import Reporting
import Storage

internal import Foundation

/// What `export` of every scope does with its arguments.
struct ExportRun {
    let scope: ImportScope
    let options: ExportOptions

    func run(_ selection: () throws -> RowSelection) throws {
        Self.endAtSignals()
        do {
            try run(try selection())
        } catch let error as ExportError {
            throw CommandFailure(error)
        }
    }

    /// Nothing is left of a file that has no name yet.
    private static func endAtSignals() {
        for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(CommandExit.interrupted.rawValue) } }
    }

    private func run(_ selection: RowSelection) throws {
        try OutputGuard.requireUnread(options.destination, "DEST")
        let findings = try options.findingsFile.map { path throws(CommandFailure) in try FindingsFile(path) }
        let seal = try options.encryption.seal()
        if let warning = seal?.warning { Self.write("Warning: \(warning)") }
        let source = try options.database.open()
        let output = try ExportOutput.open(options.destination, seal)
        let writer = ExportWriter(to: output, seal == nil ? .indented(options.indent) : .compact)
        let fit = try fit(source)
        let extraction = Extraction(
            from: Destination(source, by: fit), fit.catalogue, scope: scope, selection: selection,
            form: options.forVersion.map(VersionForm.init))
        var progress = ExportProgress(isSilent: options.silent)
        do throws(ExtractionError) {
            let missing = try extraction.run(to: writer) { progress.update($0, rows: $1) }
            progress.finish()
            say(writer.rows, missing, extraction.leftOut)
        } catch {
            progress.finish()
            throw try failure(error, findings)
        }
    }

    /// What the database is, and how rows are read from it.
    private func fit(_ source: Destination) throws(CommandFailure) -> SchemaFit {
        do { return try source.fit(.standard) } catch { throw CommandFailure(error) }
    }

    private func say(_ rows: Int, _ missing: [String], _ leftOut: [String: Int]) {
        guard !options.silent else { return }
        let place = options.destination == "-" ? "" : " to \(options.destination)"
        Self.write("Exported \(rows) rows\(place).")
        for (what, rows) in leftOut.sorted(by: { $0.key < $1.key }) {
            Self.write("Left out: \(what): \(rows) \(rows == 1 ? "row" : "rows").")
        }
        guard !missing.isEmpty else { return }
        let shown = missing.prefix(Self.shownNames).map { "\"\($0)\"" }.joined(separator: ", ")
        let rest = missing.count > Self.shownNames ? " and \(missing.count - Self.shownNames) more" : ""
        Self.write(
            "Warning: the filter names what the database does not hold: \(shown)\(rest). Names are compared exactly.")
    }

    private static let shownNames = 10

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data((PlainText.line(text) + "\n").utf8))
    }

    /// Writes the finding, if there is one, and tells how the command ends.
    private func failure(_ error: ExtractionError, _ findings: FindingsFile?) throws -> CommandFailure {
        switch error {
        case .storage(let error): return CommandFailure(error)
        case .export(let error):
            guard let finding = error.finding else { return CommandFailure(error) }
            try findings?.write([finding])
            let failure = CommandFailure(error)
            return CommandFailure(failure.status, "\(failure.message)\n\(finding.description)")
        }
    }
}

/// Shows on a terminal how far a long export is.
struct ExportProgress {
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?

    /// After this time an export counts as long.
    private static let patience = Duration.seconds(1)
    private static let interval = Duration.milliseconds(200)

    init(isSilent: Bool) { isShown = !isSilent && Terminal.standardError.isTerminal }

    mutating func update(_ model: String, rows: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        guard start.duration(to: now) >= Self.patience,
            drawn.map({ $0.duration(to: now) >= Self.interval }) ?? true
        else { return }
        drawn = now
        draw("\r\(rows) rows: \(model)\u{1B}[K")
    }

    /// Removes the line.
    mutating func finish() {
        if drawn != nil { draw("\r\u{1B}[K") }
        drawn = nil
    }

    private func draw(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
