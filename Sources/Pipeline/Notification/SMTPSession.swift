import Sockets

internal import TextForms

/// A server's answer to a command.
struct SMTPReply: Equatable {
    let code: Int
    let lines: [String]

    /// The text for people, on one line: it comes from a server and may hold anything.
    var words: String {
        let text = lines.joined(separator: " ").unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        return "\(code) \(String(String.UnicodeScalarView(text)).prefix(200))"
    }
}

/// Why a mail was not taken.
enum SMTPFailure: Error, Equatable {
    /// The server refuses this mail for good.
    case refused(String)
    /// The server, or the network, may take it later. Certainly nobody has got it.
    case deferred(String)
    /// The connection was lost after the whole mail was sent: nobody knows whether the server has taken it.
    case uncertain(String)
    /// The caller does not want it sent any more.
    case withdrawn

    var asDeferred: SMTPFailure { if case .refused(let words) = self { .deferred(words) } else { self } }
}

/// One connection to a mail server, ready to take mails.
final class SMTPSession {
    private let stream: NetworkStream
    private let settings: MailSettings
    private var extensions: [String: [String]] = [:]

    private static let lineLimit = 4_096
    private static let replyLines = 256
    /// How this program introduces itself; a literal needs no name in the DNS.
    private static let ownName = "[127.0.0.1]"

    /// Connects, begins TLS and authenticates. A server that refuses that refuses no mail: it is deferred.
    static func open(_ settings: MailSettings) throws(SMTPFailure) -> SMTPSession {
        do throws(SMTPFailure) { return try SMTPSession(settings) } catch { throw error.asDeferred }
    }

    private init(_ settings: MailSettings) throws(SMTPFailure) {
        self.settings = settings
        do throws(NetworkError) {
            stream = try NetworkStream(
                host: settings.host, port: settings.port, timeoutSeconds: settings.timeoutSeconds)
            if settings.protection == .tls { try stream.startTLS(host: settings.host, trust: settings.trust) }
        } catch {
            throw .deferred(error.message)
        }
        try require(try reply(), 220)
        try hello()
        if settings.protection == .startTLS { try startTLS() }
        try authenticate()
    }

    /// Sends one mail.
    ///
    /// - Parameter commit: called when the server has the mail, right before the line that makes it responsible for it. The
    ///   mail is not sent if it returns false or throws.
    func send(_ mail: ComposedMail, commit: () throws -> Bool) throws {
        guard mail.recipient.utf8.allSatisfy({ $0 < 0x80 }) || extensions["SMTPUTF8"] != nil else {
            throw SMTPFailure.refused("the server takes no address beyond ASCII")
        }
        let parameter = mail.recipient.utf8.allSatisfy { $0 < 0x80 } ? "" : " SMTPUTF8"
        do throws(SMTPFailure) {
            // A sender that is refused is an operator's to correct.
            do throws(SMTPFailure) {
                try require(try command("MAIL FROM:<\(settings.sender)>\(parameter)"), 250)
            } catch {
                throw error.asDeferred
            }
            try require(try command("RCPT TO:<\(mail.recipient)>"), 250, 251)
            try require(try command("DATA"), 354)
        } catch {
            try reset(after: error)
            throw error
        }
        try transmit(mail.text)
        guard try commit() else { throw SMTPFailure.withdrawn }
        try finish()
    }

    /// Says goodbye. The server has taken all mails before.
    func quit() { _ = try? command("QUIT") }

    // MARK: Steps

    private func hello() throws(SMTPFailure) {
        let reply = try command("EHLO \(Self.ownName)")
        try require(reply, 250)
        extensions = [:]
        for line in reply.lines.dropFirst() {
            let words = line.split(separator: " ").map { $0.uppercased() }
            if let name = words.first { extensions[name] = Array(words.dropFirst()) }
        }
    }

    private func startTLS() throws(SMTPFailure) {
        guard extensions["STARTTLS"] != nil else {
            throw .deferred("\(settings.host) offers no STARTTLS, and nothing is sent in the clear")
        }
        try require(try command("STARTTLS"), 220)
        do { try stream.startTLS(host: settings.host, trust: settings.trust) } catch { throw .deferred(error.message) }
        try hello()
    }

    private func authenticate() throws(SMTPFailure) {
        guard let user = settings.user else { return }
        let ways = extensions["AUTH"] ?? []
        let reply: SMTPReply
        if ways.contains("PLAIN") {
            reply = try command("AUTH PLAIN \(Base64.encode(Array("\0\(user)\0\(settings.password)".utf8)))")
        } else if ways.contains("LOGIN") {
            try require(try command("AUTH LOGIN"), 334)
            try require(try command(Base64.encode(Array(user.utf8))), 334)
            reply = try command(Base64.encode(Array(settings.password.utf8)))
        } else {
            throw .deferred("\(settings.host) offers neither AUTH PLAIN nor AUTH LOGIN")
        }
        // Wrong credentials are an operator's to correct: no mail is lost by it.
        guard reply.code == 235 else { throw .deferred("\(settings.host) refuses the login: \(reply.code)") }
    }

    private func transmit(_ text: String) throws(SMTPFailure) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(".") { bytes.append(UInt8(ascii: ".")) }
            bytes += Array(line.utf8) + [0x0D, 0x0A]
        }
        do { try stream.write(bytes) } catch { throw .deferred(error.message) }
    }

    private func finish() throws(SMTPFailure) {
        let answer: SMTPReply
        do throws(NetworkError) {
            try stream.write(Array(".\r\n".utf8))
            answer = try readReply()
        } catch {
            throw .uncertain(error.message)
        }
        try require(answer, 250)
    }

    /// After a refusal the connection is as before; after anything else it is not used again.
    private func reset(after failure: SMTPFailure) throws(SMTPFailure) {
        guard case .refused = failure else { return }
        try require(try command("RSET"), 250)
    }

    // MARK: Commands and answers

    private func command(_ line: String) throws(SMTPFailure) -> SMTPReply {
        do { try stream.write(Array("\(line)\r\n".utf8)) } catch { throw .deferred(error.message) }
        return try reply()
    }

    private func reply() throws(SMTPFailure) -> SMTPReply {
        do { return try readReply() } catch { throw .deferred(error.message) }
    }

    private func readReply() throws(NetworkError) -> SMTPReply {
        var lines: [String] = []
        while true {
            let line = try stream.readLine(limit: Self.lineLimit)
            guard let code = Int(line.prefix(3)), (200..<600).contains(code), lines.count < Self.replyLines else {
                throw NetworkError(.malformed, "\(settings.host) does not speak SMTP")
            }
            lines.append(String(line.dropFirst(4)))
            if !line.dropFirst(3).hasPrefix("-") { return SMTPReply(code: code, lines: lines) }
        }
    }

    private func require(_ reply: SMTPReply, _ codes: Int...) throws(SMTPFailure) {
        if codes.contains(reply.code) { return }
        throw (500..<600).contains(reply.code) ? .refused(reply.words) : .deferred(reply.words)
    }
}
