import Glibc

/// What stands behind standard output or standard error.
public struct Terminal: Sendable, Equatable {
    /// Columns assumed where none can be asked for.
    public static let defaultWidth = 80
    /// Columns: narrower or wider claims are not believed.
    public static let widthLimits = 20...500

    public let isTerminal: Bool
    /// On terminals, unless NO_COLOR is set or the terminal is dumb.
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
        usesColor = isTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
        var size = winsize()
        let asked = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        width = asked && Terminal.widthLimits.contains(Int(size.ws_col)) ? Int(size.ws_col) : Terminal.defaultWidth
    }

    public static var standardOutput: Terminal { Terminal(descriptor: 1) }
    public static var standardError: Terminal { Terminal(descriptor: 2) }
}

/// Text in a colour, where colours are wanted.
public enum Color: String, Sendable {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
    case bold = "1"

    public func paint(_ text: String, if wanted: Bool) -> String {
        wanted ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// Text of unknown origin on its way to a terminal: a control character could move the cursor or change colours.
public enum PlainText {
    /// One line: every control character becomes a space.
    public static func line(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { !isControl($0) }
        guard !isPlain else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { out.append(isControl(scalar) ? " " : scalar) }
        return String(out)
    }

    /// Several lines: only line ends stay.
    public static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line(String($0)) }.joined(separator: "\n")
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
