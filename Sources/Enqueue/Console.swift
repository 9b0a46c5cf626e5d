import CommandLine
import Reporting
import Glibc

/// Messages for people, on standard error; silent if asked to be.
struct Console {
    let isSilent: Bool
    private let terminal = Terminal.standardError

    func say(_ text: String) {
        if !isSilent { Self.write(2, PlainText.lines(text) + "\n") }
    }

    func warn(_ text: String) {
        // `say` would remove the control characters of the colour.
        draw(Color.yellow.paint("Warning:", if: terminal.usesColor) + " " + PlainText.line(text) + "\n")
    }

    /// Standard output, which scripts read.
    static func print(_ text: String) { write(1, text + "\n") }

    /// Writes the text as it is, without a line end.
    func draw(_ text: String) {
        if !isSilent, !text.isEmpty { Self.write(2, text) }
    }

    private static func write(_ descriptor: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count, let base = bytes.baseAddress {
                let count = Glibc.write(descriptor, base + written, bytes.count - written)
                // A closed pipe ends the output, not the work.
                if count <= 0, errno != EINTR { return }
                written += max(count, 0)
            }
        }
    }
}
