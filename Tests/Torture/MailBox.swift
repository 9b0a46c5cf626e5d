import Foundation
import Synchronization
import TestSupport

/// A mail server for all workers of a run, which may be killed and started again: it keeps all mails.
final class MailBox: Sendable {
    private let port: Int
    private let state: Mutex<(server: MailServer, earlier: [MailServer.Mail])>

    init() throws {
        let server = try MailServer()
        port = server.port
        state = Mutex((server, []))
    }

    /// What workers need to know.
    var environment: [String: String?] {
        [
            "RELOCATION_MAIL_URL": "smtp-plain://localhost:\(port)", "RELOCATION_MAIL_FROM": "sentry@example.com",
            "RELOCATION_INSTALLATION_URL": "https://new.example.com/",
            // As many as a run may ask for: nobody waits.
            "RELOCATION_MAILS_PER_MINUTE": "6000",
        ]
    }

    /// Kills the server, maybe while it takes a mail, and starts another one at its place.
    func restart(after seconds: Double) throws {
        let port = port
        try state.withLock { state in
            state.server.stop()
            state.earlier += try state.server.mails()
            usleep(UInt32(seconds * 1e6))
            state.server = try MailServer(port: port)
        }
    }

    var mails: [MailServer.Mail] {
        get throws { try state.withLock { try $0.earlier + $0.server.mails() } }
    }
}
