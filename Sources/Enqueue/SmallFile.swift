internal import Foundation

/// A file that an option names; it may be a pipe.
enum SmallFile {
    /// Nil if it cannot be read.
    static func contents(_ path: String) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        // The caller names the file. The reason is rarely known.
        do { return try file.readToEnd() ?? Data() } catch { return nil }
    }
}
