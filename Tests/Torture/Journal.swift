import Foundation
import Synchronization

/// What the operator and the faults did, with times as in the workers' logs: for whoever looks for the cause of a finding.
final class Journal: Sendable {
    private let file: Mutex<FileHandle?>

    init(_ path: String) {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        file = Mutex(FileHandle(forWritingAtPath: path))
    }

    func note(_ text: String) {
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        // A disk that is full is one of the faults.
        file.withLock { try? $0?.write(contentsOf: Data("\(time) \(text)\n".utf8)) }
    }
}
