internal import Foundation

/// A file that an option names: a pipe works too.
enum SmallFile {
    /// Nil if it cannot be read.
    static func contents(_ path: String) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        // The caller says which file it was; the reason is rarely known more exactly.
        do { return try file.readToEnd() ?? Data() } catch { return nil }
    }
}
