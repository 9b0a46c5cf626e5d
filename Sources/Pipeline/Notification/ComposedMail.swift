internal import TextForms

/// A mail as it goes over the wire.
struct ComposedMail {
    let recipient: String
    /// Headers and body, lines ended by CR and LF.
    let text: String

    /// - Parameters:
    ///   - key: tells this mail from all others: mail systems recognise a second copy by the identifier made of it
    ///   - now: microseconds since 1970 UTC
    init(_ content: RenderedNotice, to recipient: NoticeRecipient, from sender: String, key: String, now: Int64) {
        self.recipient = recipient.address
        let domain = sender.split(separator: "@").last.map(String.init) ?? "localhost"
        let boundary = "=_\(key.prefix(32))"
        let headers = [
            "Date: \(MailDate.text(now))", "From: <\(sender)>", "To: \(Self.named(recipient))",
            "Subject: \(HeaderText.encoded(content.subject))", "Message-ID: <\(key)@\(domain)>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
        ]
        let parts = [("text/plain", content.text), ("text/html", content.html)].map { type, body in
            ["--\(boundary)", "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: base64", ""]
                + Self.lines(Base64.encode(Array(body.utf8)))
        }
        text = (headers + [""] + parts.flatMap(\.self) + ["--\(boundary)--"]).joined(separator: "\r\n")
    }

    private static func named(_ recipient: NoticeRecipient) -> String {
        let name = HeaderText.encoded(recipient.name)
        guard !name.isEmpty else { return "<\(recipient.address)>" }
        let isEncoded = name.hasPrefix("=?")
        return
            "\(isEncoded ? name : "\"\(name.replacing("\\", with: "").replacing("\"", with: ""))\"") <\(recipient.address)>"
    }

    private static let lineBytes = 76

    private static func lines(_ text: String) -> [String] {
        var (out, rest) = ([String](), Substring(text))
        while !rest.isEmpty {
            out.append(String(rest.prefix(lineBytes)))
            rest = rest.dropFirst(lineBytes)
        }
        return out
    }
}

/// Text in a header.
enum HeaderText {
    /// Bytes of one encoded word, so that a line stays below 76 characters.
    private static let wordBytes = 39

    /// As it is if it is short, plain ASCII; else as encoded words. Line ends become spaces: a header cannot be added.
    static func encoded(_ text: String) -> String {
        let line = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 })
        )
        .trimmingSpaces
        let isPlain = line.utf8.allSatisfy { $0 < 0x7F } && !line.contains("=?")
        if isPlain, line.utf8.count < wordBytes * 2 { return line }
        return words(line).map { "=?utf-8?B?\(Base64.encode(Array($0.utf8)))?=" }.joined(separator: "\r\n ")
    }

    /// Pieces of whole characters.
    private static func words(_ text: String) -> [String] {
        var out = [""]
        for character in text.unicodeScalars {
            let piece = String(character)
            if out[out.count - 1].utf8.count + piece.utf8.count > wordBytes { out.append("") }
            out[out.count - 1] += piece
        }
        return out
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
