import CommandLine
import Reporting
import Glibc

/// Who runs this command.
enum Operator {
    /// Longer names are cut.
    private static let maximumCharacters = 64

    /// Who called sudo, else the user's name, else the user's number.
    static func name(_ environment: Environment = .process) -> String {
        let name = environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())"
        return String(PlainText.line(name).prefix(maximumCharacters))
    }
}
