import CommandLine
import Reporting
import Glibc

/// Messages for people, on standard error; silent if asked to be.
struct Console {
    let isSilent: Bool
    private let terminal = Terminal.standardError

    func say(_ text: String) {
        if !isSilent, !text.isEmpty { _ = Self.write(2, PlainText.lines(text) + "\n") }
    }

    func warn(_ text: String) {
        // `say` would remove the control characters of the colour.
        draw(Color.yellow.paint("Warning:", if: terminal.usesColor) + " " + PlainText.line(text) + "\n")
    }

    /// Standard output, which scripts read. A reader that has gone needs no more.
    static func print(_ text: String) { _ = write(1, text + "\n") }

    /// Prints what the caller must get. If that is impossible, it stands in the error.
    ///
    /// - Parameter state: what has happened to the relocation
    static func printUUID(_ uuid: String, state: String) throws(CommandFailure) {
        guard let code = write(1, uuid + "\n") else { return }
        let reason = String(cString: strerror(code))
        throw CommandFailure(
            .cannotCreate, "Standard output cannot be written (\(reason)). The relocation \(uuid) \(state).")
    }

    /// Writes the text as it is, without a line end.
    func draw(_ text: String) {
        if !isSilent, !text.isEmpty { _ = Self.write(2, text) }
    }

    /// Standard output as it is, for a whole screen.
    static func write(_ text: String) { _ = write(1, text) }

    /// Returns the code of the error that ended the output; nil if all was written.
    private static func write(_ descriptor: Int32, _ text: String) -> Int32? {
        var text = text
        return text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count, let base = bytes.baseAddress {
                let count = Glibc.write(descriptor, base + written, bytes.count - written)
                // A closed pipe ends the output, not the work.
                if count <= 0, errno != EINTR { return errno }
                written += max(count, 0)
            }
            return nil
        }
    }
}
