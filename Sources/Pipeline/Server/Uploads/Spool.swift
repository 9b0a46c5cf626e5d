internal import CommandLine
internal import ExportFormat
internal import Glibc

/// A file that only this process can reach: mode 0600, unlinked from the start. It is gone with the last who holds it.
final class Spool: Sendable {
    let descriptor: Int32

    init() throws(CommandFailure) {
        descriptor = SpoolFile.open()
        guard descriptor >= 0 else { throw Self.failure(errno) }
    }

    deinit { close(descriptor) }

    /// Good as long as the file is held.
    var path: String { "/proc/self/fd/\(descriptor)" }

    func append(_ bytes: UnsafeRawBufferPointer) throws(CommandFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    func empty() throws(CommandFailure) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw Self.failure(errno) }
    }

    var bytes: Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Empty at the end of the file.
    func read(at offset: Int, upTo count: Int) throws(CommandFailure) -> [UInt8] {
        var failed = false
        let piece = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let got = pread(descriptor, buffer.baseAddress, count, offset)
            (filled, failed) = (max(got, 0), got < 0)
        }
        guard !failed else { throw Self.failure(errno) }
        return piece
    }

    private static func failure(_ code: Int32) -> CommandFailure {
        CommandFailure(
            .cannotCreate, "The file cannot be kept while it is worked on: \(String(cString: strerror(code))).",
            next: "make room in the folder that TMPDIR names")
    }
}
