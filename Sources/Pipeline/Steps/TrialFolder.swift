package import Storage
internal import Foundation
internal import Glibc

/// A private folder for a trial: mode 0700, gone with the trial. What a process left that died is removed by the next trial.
final class TrialFolder {
    let path: String

    private static let prefix = "relocation-trial-"

    init() throws(TrialFailure) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        Self.removeLeftovers(in: parent)
        var template = Array("\(parent)/\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .scratch("no folder can be made in \(parent): \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Self.remove(path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    private static func removeLeftovers(in parent: String) {
        // A folder that cannot be listed has nothing to remove.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            guard let process = Int32(name.dropFirst(prefix.count).prefix { $0 != "-" }), process != getpid(),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            remove("\(parent)/\(name)")
        }
    }

    private static func remove(_ path: String) {
        // What is left is removed by the next trial.
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Why a trial came to no result.
package enum TrialFailure: Error {
    /// The destination could not be read.
    case destination(StorageError)
    /// The scratch database, in words: another attempt may succeed.
    case scratch(String)
}
