import CommandLine
import Glibc
import Operations

extension Operator {
    /// The user who runs this command: the one who called sudo, else the user's name, else the user's number.
    static func current(_ environment: Environment = .process) -> Operator {
        Operator(name: environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())")
    }

    /// The user and the machine: `ann@host`.
    static func currentPlace(_ environment: Environment = .process) -> Operator {
        Operator(name: "\(current(environment).name)@\(hostName)")
    }

    private static var hostName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "?" }
        return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
