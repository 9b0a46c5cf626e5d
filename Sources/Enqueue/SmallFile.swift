import CommandLine

internal import Foundation

/// A file that an option names; it may be a pipe.
enum SmallFile {
    /// Nil if it cannot be read.
    static func contents(_ path: String) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        // The caller names the file. The reason is rarely known.
        do { return try file.readToEnd() ?? Data() } catch { return nil }
    }

    /// The bytes of a file with a private key.
    static func privateKey(_ path: String) throws(CommandFailure) -> [UInt8] {
        guard let data = contents(path) else {
            throw CommandFailure(.noInput, "Cannot read the private key file \(path).")
        }
        return [UInt8](data)
    }
}
