package import EventFormat
package import Events
import ExportFormat
import Glibc

/// A file: one message a line, as JSON. What was written is flushed to the disk before it counts.
package final class FileSink: EventSink {
    private let path: String
    private var file: Int32 = -1

    package init(path: String) { self.path = path }

    deinit { if file >= 0 { close(file) } }

    package func publish(_ messages: [SinkMessage]) throws(SinkError) {
        guard !messages.isEmpty else { return }
        if file < 0 { file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }
        guard file >= 0 else { throw trouble("cannot be opened") }
        var text: [UInt8] = []
        for message in messages { text += Self.line(message) }
        try write(text)
        guard fdatasync(file) == 0 else { throw trouble("cannot be flushed to the disk") }
    }

    /// `{"topic":…,"key":…,"headers":[[name,value],…],"value":…}`
    private static func line(_ message: SinkMessage) -> [UInt8] {
        let headers = message.headers.map { FieldValue.list([.text($0.name), .text($0.value)]) }
        let head = FieldValue.object([
            .init("topic", .text(message.topic)), .init("key", message.key.map { .text($0) } ?? .null),
            .init("headers", .list(headers)),
        ])
        var line = EventText.messageBytes(head)
        line.removeLast()
        line += #","value":"#.utf8
        line += message.value
        line += "}\n".utf8
        return line
    }

    private func write(_ text: [UInt8]) throws(SinkError) {
        var done = 0
        while done < text.count {
            let count = text[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw trouble("cannot be written") }
            done += max(count, 0)
        }
    }

    private func trouble(_ what: String) -> SinkError {
        SinkError("the file \(path) of the event sink \(what): \(String(cString: strerror(errno)))")
    }
}
