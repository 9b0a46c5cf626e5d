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
        try busy.withLock { (count) throws(Problem) in
            guard count < Self.limit else { throw .busy }
            count += 1
        }
        defer { busy.withLock { $0 -= 1 } }
        let upload = try Upload()
        for try await buffer in body { try await upload.write(buffer) }
        return try await upload.use(use)
    }
}

/// A file that is being sent: mode 0600, unlinked from the start.
private actor Upload {
    private let executor = BlockingExecutor(label: "relocation.http.upload")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let descriptor: Int32

    init() throws(CommandFailure) {
        descriptor = SpoolFile.open()
        guard descriptor >= 0 else { throw Self.failure(errno) }
    }

    deinit { close(descriptor) }

    func write(_ buffer: ByteBuffer) throws(CommandFailure) {
        var bytes = buffer.readableBytesView[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(errno) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// The path is good as long as the call runs.
    func use<Result: Sendable>(_ call: @Sendable (String) throws -> Result) throws -> Result {
        try call("/proc/self/fd/\(descriptor)")
    }

    private static func failure(_ code: Int32) -> CommandFailure {
        CommandFailure(
            .cannotCreate, "The file cannot be kept while it is checked: \(String(cString: strerror(code))).",
            next: "make room in the folder that TMPDIR names")
    }
}
