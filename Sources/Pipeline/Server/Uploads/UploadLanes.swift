internal import CommandLine
internal import ExportFormat
internal import Glibc
internal import Hummingbird
internal import Operations
internal import Queue
internal import Synchronization

/// Files that are sent, and what is done with them: on threads of their own, since writing, reading and queueing block.
final class UploadLanes: Sendable {
    /// Files that are taken at the same time; further ones are refused at once.
    static let limit = 2

    private let busy = Mutex(0)

    /// Writes a body to a file that only this process can reach, then passes its path on, both on one thread.
    func run<Result: Sendable>(
        _ body: RequestBody, _ use: @Sendable @escaping (String) throws -> Result
    ) async throws -> Result {
        try await lane { upload in
            for try await buffer in body { try await upload.write(buffer) }
            return try await upload.use(use)
        }
    }

    /// The same with the file of a form; also passes on what else the form says.
    func runForm<Result: Sendable>(
        _ request: Request, _ use: @Sendable @escaping (UploadedForm, String) throws -> Result
    ) async throws -> Result {
        switch try await FormBody(request) {
        case .whole(let form): return try await run { try use(form, "") }
        case .parts(let reader):
            return try await lane { upload in
                await upload.begin(reader)
                for try await buffer in request.body { try await upload.writeForm(buffer) }
                return try await upload.useForm(use)
            }
        }
    }

    /// A call that takes long, without a body.
    func run<Result: Sendable>(_ call: @Sendable @escaping () throws -> Result) async throws -> Result {
        try await lane { upload in try await upload.use { _ in try call() } }
    }

    private func lane<Result: Sendable>(_ work: (Upload) async throws -> Result) async throws -> Result {
        try busy.withLock { (count) throws(Problem) in
            guard count < Self.limit else { throw .busy }
            count += 1
        }
        defer { busy.withLock { $0 -= 1 } }
        return try await work(try Upload())
    }
}

/// A file that is being sent: mode 0600, unlinked from the start.
private actor Upload {
    private let executor = BlockingExecutor(label: "relocation.http.upload")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let descriptor: Int32
    private var reader: MultipartReader?
    private var form = UploadedForm()

    init() throws(CommandFailure) {
        descriptor = SpoolFile.open()
        guard descriptor >= 0 else { throw Self.failure(errno) }
    }

    deinit { close(descriptor) }

    func write(_ buffer: ByteBuffer) throws {
        try buffer.withUnsafeReadableBytes { try Self.write($0, to: descriptor) }
    }

    func begin(_ reader: MultipartReader) { self.reader = reader }

    func writeForm(_ buffer: ByteBuffer) throws {
        let descriptor = descriptor
        try reader?.read(buffer.readableBytesView) { event in
            try form.take(event) { content in
                // Of several files in one field the last one counts.
                guard let content else { return try Self.empty(descriptor) }
                try content.withUnsafeBytes { try Self.write($0, to: descriptor) }
            }
        }
    }

    func useForm<Result: Sendable>(_ call: @Sendable (UploadedForm, String) throws -> Result) throws -> Result {
        try reader?.finish()
        return try call(form, path)
    }

    /// The path is good as long as the call runs.
    func use<Result: Sendable>(_ call: @Sendable (String) throws -> Result) throws -> Result { try call(path) }

    private var path: String { "/proc/self/fd/\(descriptor)" }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(CommandFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    private static func empty(_ descriptor: Int32) throws(CommandFailure) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure(errno) }
    }

    private static func failure(_ code: Int32) -> CommandFailure {
        CommandFailure(
            .cannotCreate, "The file cannot be kept while it is checked: \(String(cString: strerror(code))).",
            next: "make room in the folder that TMPDIR names")
    }
}
