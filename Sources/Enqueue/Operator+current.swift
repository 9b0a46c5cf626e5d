import CommandLine
import Glibc
import Operations

internal import Foundation

extension Operator {
    /// The user who runs this command: the one who called sudo, else the user's name, else the user's number.
    static func current(_ environment: Environment = .process) -> Operator {
        Operator(
            name: environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())",
            host: ProcessInfo.processInfo.hostName)
    }
}
