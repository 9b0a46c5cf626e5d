import Foundation
import Glibc
import TestSupport

/// Memory of another process that no file backs.
enum AnonymousMemory {
    /// Bytes: the largest RssAnon until the process ended, sampled every 2 ms.
    static func peak(of process: ChildProcess) -> Int {
        var peak = 0
        while process.isRunning {
            peak = max(peak, now(process.pid))
            usleep(2000)
        }
        return peak
    }

    private static func now(_ pid: Int32) -> Int {
        guard let status = FileManager.default.contents(atPath: "/proc/\(pid)/status"),
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
                .first(where: { $0.hasPrefix("RssAnon:") }),
            let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
        else { return 0 }
        return kilobytes << 10
    }
}
