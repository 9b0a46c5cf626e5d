internal import CommandLine
internal import HTTPTypes
internal import Hummingbird
internal import Synchronization

/// Files that are sent, and what is done with them: on threads of their own, since writing, reading and queueing block.
///
/// Many files are received at the same time, so that a slow client keeps nobody else waiting. Few are worked on.
final class UploadLanes: Sendable {
    /// Files at hand; further ones are refused at once. Those of them that are worked on at the same time.
    static let (limit, workingLimit) = (32, 2)
    /// How long a file waits until it is worked on.
    static let patience = Duration.seconds(60)

    /// Files that are received, wait or are worked on.
    private let held = Mutex(0)
    private let working = Turnstile(places: workingLimit, patience: patience, refusal: .busyWithFiles)

    /// Writes a body to a file that only this process can reach, then passes its path on.
    func run<Result: Sendable>(
        _ request: Request, _ use: @Sendable @escaping (String) throws -> Result
    ) async throws -> Result {
        try await hold { upload in
            let bytes = try await read(request) { try await upload.write($0) }
            guard bytes > 0 else { throw Problem.badRequest("The body is empty: it is to be the file.") }
            return try await working.pass { try await upload.use(use) }
        }
    }

    /// The same with the files of a form, and what else the form says.
    func runForm<Result: Sendable>(
        _ request: Request, _ fields: FormFields = FormFields(),
        _ use: @Sendable @escaping (UploadedForm) throws -> Result
    ) async throws -> Result {
        switch try await FormBody(request) {
        case .whole(let form): return try await run { try use(form) }
        case .parts(let reader):
            return try await hold { upload in
                await upload.begin(reader, fields)
                try await read(request) { try await upload.writeForm($0) }
                return try await working.pass { try await upload.useForm(use) }
            }
        }
    }

    /// A form, or a body of any other type, which then is the only file.
    func runFileOrForm<Result: Sendable>(
        _ request: Request, _ fields: FormFields, _ use: @Sendable @escaping (UploadedForm) throws -> Result
    ) async throws -> Result {
        if MultipartReader(contentType: request.headers[.contentType] ?? "") != nil {
            return try await runForm(request, fields, use)
        }
        return try await run(request) { path in try use(UploadedForm(file: path)) }
    }

    /// A call that takes long, without a body.
    func run<Result: Sendable>(_ call: @Sendable @escaping () throws -> Result) async throws -> Result {
        try await hold { upload in try await working.pass { try await upload.use { _ in try call() } } }
    }

    private func hold<Result: Sendable>(_ work: (Upload) async throws -> Result) async throws -> Result {
        try held.withLock { (count) throws(Problem) in
            guard count < Self.limit else { throw .busyHolding }
            count += 1
        }
        defer { held.withLock { $0 -= 1 } }
        return try await work(Upload())
    }

    /// Reads a body to its end. Returns how many bytes it has.
    @discardableResult
    private func read(_ request: Request, _ take: (ByteBuffer) async throws -> Void) async throws -> Int {
        var (pace, bytes) = (UploadPace(), 0)
        for try await buffer in request.body {
            try pace.took(buffer.readableBytes)
            bytes += buffer.readableBytes
            try await take(buffer)
        }
        // A connection that breaks may look like the end.
        guard let length = request.headers[.contentLength].flatMap({ Int($0) }), length != bytes else { return bytes }
        throw Problem.badRequest("The body is not whole: \(bytes) of \(length) bytes have come.")
    }
}

extension Problem {
    fileprivate static let busyHolding = tryLater(
        "The server has \(UploadLanes.limit) files at hand already: try again later.", seconds: 5)
    fileprivate static let busyWithFiles = tryLater(
        "Other files have kept the server busy for \(UploadLanes.patience.components.seconds) s, and nothing was done with "
            + "this one: try again later.",
        seconds: 10)
}
