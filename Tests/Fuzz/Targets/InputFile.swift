import Glibc

/// A file in memory that holds one input after the other.
final class InputFile {
    private let descriptor: Int32
    let path: String

    init() {
        var template = Array("/dev/shm/input.XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0, unlink(template) == 0 else { fatalError("mkstemp: \(errno)") }
        path = "/proc/self/fd/\(descriptor)"
    }

    deinit { close(descriptor) }

    func fill(_ bytes: UnsafeRawBufferPointer) {
        guard ftruncate(descriptor, 0) == 0 else { fatalError("ftruncate: \(errno)") }
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, done)
            guard count > 0 else { fatalError("pwrite: \(errno)") }
            done += count
        }
    }

    func fill(_ bytes: [UInt8]) { bytes.withUnsafeBytes { fill($0) } }
}
