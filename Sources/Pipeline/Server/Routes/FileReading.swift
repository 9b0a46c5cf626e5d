internal import Catalogue
internal import CommandLine
internal import Cutting
internal import Operations
internal import TaskFormat

/// How a file that is sent is read and cut, as the flags of the import commands say it.
struct FileReading: Sendable {
    private let chunkSize: Int
    private let isStrict, learns: Bool
    private let sourceVersion, destinationVersion: SentryVersion?
    private let learnReferences: [String: String]

    static let parameters: Set<String> = [
        "strict", "chunkSize", "sourceVersion", "destinationVersion", "learn", "learnReferences",
    ]
    static let chunkSizes = RelocationOptions.chunkSizeLimits

    init(_ parameters: RequestParameters) throws(Problem) {
        chunkSize = try parameters.number(
            "chunkSize", in: Self.chunkSizes, otherwise: RelocationOptions.defaultChunkSize)
        isStrict = try parameters.flag("strict")
        learns = try parameters.flag("learn")
        sourceVersion = try parameters.version("sourceVersion")
        destinationVersion = try parameters.version("destinationVersion")
        learnReferences = try Self.references(parameters["learnReferences"])
        guard !isStrict || sourceVersion == nil else {
            throw .badRequest("sourceVersion tells how to adapt rows, and strict adapts none: leave one out.")
        }
        guard learnReferences.isEmpty || learns else { throw .badRequest("learnReferences goes with learn.") }
    }

    func apply(to job: inout EnqueueJob) {
        job.options.chunkSize = chunkSize
        job.versions = isStrict ? .strict : .adapting(from: sourceVersion)
        job.destinationVersion = destinationVersion ?? .current
        (job.learns, job.learnReferences) = (learns, learnReferences)
    }

    private static func references(_ text: String?) throws(Problem) -> [String: String] {
        do { return try LearnReferences.parse((text ?? "").split(separator: ",").map(String.init)) } catch {
            throw .badRequest("learnReferences takes app.model.field=app.model, or =none, with commas between them.")
        }
    }
}

extension RequestParameters {
    fileprivate func version(_ name: String) throws(Problem) -> SentryVersion? {
        guard let text = self[name] else { return nil }
        guard let version = SentryVersion(text) else {
            throw .badRequest("The parameter \(name) takes a version of Sentry, such as 23.11.")
        }
        return version
    }
}
