import Glibc

/// The terminal of this process while a program fills its whole screen: keys come one by one, and what stood there before
/// comes back at the end.
final class RawTerminal {
    private var before: termios

    /// nil if standard input and output are no terminal.
    static func take() -> RawTerminal? {
        var before = termios()
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &before) == 0 else {
            return nil
        }
        var raw = before
        // ^C, ^Z and ^\ are keys, too: as signals they would leave the screen as it is.
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        guard tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0 else { return nil }
        return RawTerminal(before)
    }

    private init(_ before: termios) {
        self.before = before
        // What is wider than counted is cut by the terminal, not wrapped.
        Console.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
    }

    deinit {
        Console.write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
        tcsetattr(STDIN_FILENO, TCSANOW, &before)
    }

    /// Columns and rows.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// What was typed within a time; nil if the terminal has gone.
    func read(within milliseconds: Int32) -> [UInt8]? {
        var wanted = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        // A signal ends the wait early.
        guard poll(&wanted, 1, milliseconds) > 0 else { return [] }
        var block = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(STDIN_FILENO, &block, block.count)
        return count > 0 ? Array(block[..<count]) : nil
    }

    /// Replaces the whole screen.
    func draw(_ text: String) { Console.write("\u{1B}[H" + text + "\u{1B}[J") }
}
