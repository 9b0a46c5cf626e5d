import Glibc

/// The terminal, if any, behind standard output or standard error.
public struct Terminal: Sendable, Equatable {
    /// Columns assumed if the terminal does not tell.
    public static let defaultWidth = 80
    /// Columns; other widths are ignored.
    public static let widthLimits = 20...500

    public let isTerminal: Bool
    /// On terminals, unless NO_COLOR is set, CLICOLOR is 0 or the terminal is dumb.
    public let usesColor: Bool
    /// Columns.
    public let width: Int

    public init(isTerminal: Bool, usesColor: Bool, width: Int) {
        self.isTerminal = isTerminal
        self.usesColor = usesColor
        self.width = width
    }

    /// - Parameter descriptor: 1 or 2
    public init(descriptor: Int32, _ environment: Environment = .process) {
        isTerminal = isatty(descriptor) == 1
        usesColor = isTerminal && Self.allowsColor(environment)
        var size = winsize()
        let asked = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        width = asked && Terminal.widthLimits.contains(Int(size.ws_col)) ? Int(size.ws_col) : Terminal.defaultWidth
    }

    static func allowsColor(_ environment: Environment) -> Bool {
        environment["NO_COLOR"] == nil && environment["CLICOLOR"] != "0" && environment["TERM"] != "dumb"
    }

    public static var standardOutput: Terminal { Terminal(descriptor: 1) }
    public static var standardError: Terminal { Terminal(descriptor: 2) }
}
