import CommandLine
import Notification
import WorkerRuntime

/// Whether people can be told about relocations. Nothing is sent.
struct NoticeCheck {
    /// Nothing if nobody is to be told.
    let items: [ReadinessItem]

    init(_ settings: () throws -> NoticeSettings?) throws {
        do {
            items = try settings()?.mail.map { [Self.item($0)] } ?? []
        } catch let failure as CommandFailure {
            // Workers refuse to start with such settings.
            items = [.problem(Self.name, failure)]
        }
    }

    private static let name = "notices.mail"

    /// A relocation goes on without mails: what is wrong is a warning.
    private static func item(_ mail: MailSettings) -> ReadinessItem {
        guard let reason = mail.trial() else {
            return .ok(name, "The mail server \(mail.words) takes mails from this worker; none was sent.")
        }
        return .warning(
            name,
            "The mail server \(mail.words) cannot be used: \(reason). Nobody would be told by mail: correct --mail-url, the "
                + "password or the server.")
    }
}
