import Glibc

/// A temporary file that only this process can reach: mode 0600, unlinked at once, in the folder that TMPDIR names.
package enum SpoolFile {
    /// A descriptor to read and write; negative if none can be made, with the reason in `errno`.
    package static func open() -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/relocation-spool-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return descriptor }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }
}
