package import Catalogue

internal import Foundation

/// The file that `--findings-file` names. It is written in every outcome.
package struct FindingsFile {
    private let path: String

    /// Creates the file at once, so that a path that cannot be written is reported before any work.
    package init(_ path: String) throws(CommandFailure) {
        self.path = path
        try OutputGuard.requireUnread(path, "The findings file")
        try write("[]")
    }

    package func write(_ text: String) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(
                .cannotCreate, "Cannot write the findings file \(path): check its folder and permissions.")
        }
    }

    package func write(_ findings: [Finding]) throws(CommandFailure) { try write(Finding.file(findings)) }
}
