import Glibc

/// A temporary file that only this process can reach: mode 0600, unlinked at once, in the folder that TMPDIR names.
package enum SpoolFile {
    /// A descriptor to read and write; negative if none can be made, with the reason in `errno`.
    package static func open() -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let path = "\(folder)/relocation-spool-\(unique)"
        let descriptor = create(path)
        if descriptor >= 0 { unlink(path) }
        return descriptor
    }

    /// Makes a file that must not be there yet; negative if it cannot be made. Closed in every program that is started from the first
    /// moment on: `mkstemp` leaves one in which another thread's program inherits it.
    static func create(_ path: String) -> Int32 {
        Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }

    /// For a name that nobody else has.
    static var unique: String { String(UInt64.random(in: .min ... .max), radix: 36) }
}
