import Foundation
import TestSupport

/// Runs a statement with another program than ours.
package func sqlite(_ path: String, _ sql: String) throws -> String {
    let folder = try TemporaryFolder()
    let script = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], isolation_level=None)
        for row in db.execute(sys.argv[2]): print(*row)
        """
    let child = try ChildProcess(
        "python3", ["-c", script, path, sql], output: folder.file("out"), errors: folder.file("out"))
    child.wait()
    return folder.read("out").trimmingCharacters(in: .whitespacesAndNewlines)
}
