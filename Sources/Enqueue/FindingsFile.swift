import Catalogue
import Console

internal import Foundation

/// The file that `--findings-file` names: written in every outcome.
struct FindingsFile {
    private let path: String

    /// Creates the file at once, so that a place that cannot be written is found before anything is done.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        try write("[]")
    }

    func write(_ text: String) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(.cannotCreate, "Cannot write the findings file \(path): check folder and permissions.")
        }
    }

    func write(_ findings: [Finding]) throws(CommandFailure) { try write(Finding.file(findings)) }
}

/// What is shown of where an export came from.
enum SourceName {
    /// The file's own name without its folders; `-` for standard input.
    static func shown(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
