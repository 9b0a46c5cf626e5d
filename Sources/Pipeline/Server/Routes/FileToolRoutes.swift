internal import Catalogue
internal import CommandLine
internal import Comparison
internal import ExportFormat
internal import Hummingbird
internal import Operations
internal import Sanitizing

/// Tools for files: what they make of those that are sent is the answer. Nothing is queued, nothing is kept.
///
/// What needs a private key stays with the command line: decrypting, making keys, and encrypted files.
struct FileToolRoutes {
    private let site: Site

    static let compareParameters: Set<String> = ["fast"]
    static let sanitizeParameters: Set<String> = ["daysOffset", "seed", "keepUnknown", "thorough"]
    static let (left, right, key) = ("left", "right", "key")

    init(_ site: Site) { self.site = site }

    func add(to api: RouterGroup<ServerContext>) {
        api.post("compare") { request, _ in
            let isFast = try RequestParameters(request, allowing: Self.compareParameters).flag("fast")
            return try await site.uploads.runForm(request, FormFields(files: [Self.left, Self.right])) { form in
                try Self.compare(form.file(Self.left), form.file(Self.right), isFast: isFast)
            }.response
        }
        api.post("sanitize") { request, _ in
            let options = try Self.options(RequestParameters(request, allowing: Self.sanitizeParameters))
            return try await site.uploads.run(request) { path in try Self.sanitize(path, options) }.response
        }
        api.post("encrypt") { request, _ in
            _ = try RequestParameters(request)
            return try await site.uploads.runForm(request, FormFields(texts: [Self.key])) { form in
                try Self.encrypt(form.file(UploadedForm.fileName), form.texts[Self.key])
            }.response
        }
    }

    // MARK: - Comparing

    private static func compare(
        _ left: UploadedForm.File, _ right: UploadedForm.File, isFast: Bool
    ) throws -> FileAnswer {
        let spool = try Spool()
        do {
            let comparison = FileComparison(
                try open(.left, left), try open(.right, right), fast: isFast)
            let list = try FindingsList(to: ExportOutput.open(spool: spool.descriptor, nil))
            let summary = try comparison.run(onFinding: { try list.add($0) }, onProgress: { _ in })
            try list.finish(summary.tail(names: (left.name, right.name), isFast: isFast) + "\n")
        } catch let refusal as FileComparison.Refusal {
            throw CommandFailure(
                CommandExit(refusal.error), "The \(refusal.side.rawValue) file: \(refusal.error.description)")
        }
        return FileAnswer(spool, type: "application/json")
    }

    private static func open(_ side: Side, _ file: UploadedForm.File) throws -> ExportSource {
        do throws(ExportError) { return try ExportSource.open(path: file.path, catalogue: .standard) } catch {
            throw FileComparison.Refusal(side: side, error: error)
        }
    }

    // MARK: - Sanitizing

    private static func options(_ parameters: RequestParameters) throws -> SanitizingOptions {
        var options = SanitizingOptions()
        options.daysOffset = try parameters.wholeNumber("daysOffset") ?? 0
        options.seed = try parameters.wholeNumber("seed")
        options.keepsUnknown = try parameters.flag("keepUnknown")
        options.isThorough = try parameters.flag("thorough")
        return options
    }

    private static func sanitize(_ path: String, _ options: SanitizingOptions) throws -> FileAnswer {
        let spool = try Spool()
        let source = try ExportSource.open(path: path, catalogue: .standard)
        _ = try FileSanitizer(source, options).run(
            to: try ExportOutput.open(spool: spool.descriptor, nil), isSealed: false, onProgress: { _ in })
        return FileAnswer(spool, type: "application/json")
    }

    // MARK: - Encrypting

    private static func encrypt(_ file: UploadedForm.File, _ key: String?) throws -> FileAnswer {
        guard let key else { throw Problem.badRequest("The form has no public key: send it as the field \(Self.key).") }
        let seal = try TarballSeal(publicKeyPEM: Array(key.utf8))
        let source: ExportSource
        do throws(ExportError) { source = try ExportSource.open(path: file.path, catalogue: .standard) } catch {
            guard error.kind == .badKey else { throw error }
            throw CommandFailure(.badData, "The file is an encrypted tarball already.")
        }
        let spool = try Spool()
        try source.rewrite(to: try ExportOutput.open(spool: spool.descriptor, seal))
        return FileAnswer(spool, type: "application/x-tar")
    }
}

/// The findings of a comparison, written while they are found: their number has no bound.
private final class FindingsList {
    private let sink: any ByteSink
    private var isEmpty = true

    init(to sink: any ByteSink) throws(ExportError) {
        self.sink = sink
        try sink.write(Array(ComparisonSummary.head.utf8))
    }

    func add(_ finding: ComparisonFinding) throws(ExportError) {
        try sink.write(Array(((isEmpty ? "[\n" : ",\n") + "  " + finding.json()).utf8))
        isEmpty = false
    }

    func finish(_ tail: String) throws(ExportError) {
        try sink.write(Array(((isEmpty ? "[]" : "\n]") + tail).utf8))
        try sink.finish()
    }
}

extension RequestParameters {
    fileprivate func wholeNumber(_ name: String) throws(Problem) -> Int64? {
        guard let text = self[name] else { return nil }
        guard let number = Int64(text) else { throw .badRequest("The parameter \(name) takes a whole number.") }
        return number
    }
}
