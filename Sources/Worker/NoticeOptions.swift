import ArgumentParser
import CommandLine
import Notification
import WorkerRuntime

/// How people and programs are told about relocations with steps. Each flag has a variable of the environment; secrets have
/// variables only.
struct NoticeOptions: ParsableArguments {
    @Option(
        name: .customLong("mail-url"),
        help: ArgumentHelp(
            """
            Mail server: smtps://[user@]host, smtp://[user@]host (STARTTLS) or smtp-plain://host (RELOCATION_MAIL_URL; \
            without one no mail is sent). The password stands in RELOCATION_MAIL_PASSWORD or in the file of \
            RELOCATION_MAIL_PASSWORD_FILE.
            """, valueName: "url"))
    var mailURL: String?

    @Option(
        name: .customLong("mail-from"),
        help: ArgumentHelp("Address that mails come from (RELOCATION_MAIL_FROM).", valueName: "address"))
    var mailFrom: String?

    @Option(
        name: .customLong("mail-templates"),
        help: ArgumentHelp(
            """
            Folder with templates that take the place of our own words: LANGUAGE/KIND.PART.mustache, such as \
            de/claim.subject.mustache. Kinds: started, failed, succeeded, claim; parts: subject, txt, html \
            (RELOCATION_MAIL_TEMPLATES).
            """, valueName: "folder"))
    var mailTemplates: String?

    @Option(
        name: .customLong("mail-language"),
        help: ArgumentHelp("Language of the mails (RELOCATION_MAIL_LANGUAGE; default: en).", valueName: "language"))
    var mailLanguage: String?

    @Option(
        name: .customLong("mails-per-minute"),
        help: ArgumentHelp(
            "Mails a minute at most, of all slots (RELOCATION_MAILS_PER_MINUTE; default: \(NoticeOptions.standardPace)).",
            valueName: "number"))
    var mailsPerMinute: Int?

    @Option(
        name: .customLong("webhook-url"),
        help: ArgumentHelp(
            """
            Address that is told when a relocation starts, fails or succeeds, by a signed POST (RELOCATION_WEBHOOK_URL). \
            The secret that signs stands in RELOCATION_WEBHOOK_SECRET or in the file of RELOCATION_WEBHOOK_SECRET_FILE.
            """, valueName: "url"))
    var webhookURL: String?

    @Option(
        name: .customLong("installation-name"),
        help: ArgumentHelp(
            "The destination's name in mails (RELOCATION_INSTALLATION_NAME; default: Sentry).", valueName: "name"))
    var installationName: String?

    @Option(
        name: .customLong("installation-url"),
        help: ArgumentHelp(
            """
            The destination's public address, for the links in mails: https://sentry.example.com \
            (RELOCATION_INSTALLATION_URL). Mails need it.
            """, valueName: "url"))
    var installationURL: String?

    private static let standardPace = 60

    /// nil if nobody is told. Throws `CommandFailure`.
    func settings(_ environment: Environment = .process) throws -> NoticeSettings? {
        func text(_ given: String?, _ name: String) throws(CommandFailure) -> String? {
            if let given { return given }
            return try environment.value("RELOCATION_" + name)
        }
        do {
            let mail = try mail(text, environment)
            let webhook = try webhook(text, environment)
            guard mail != nil || webhook != nil else { return nil }
            let pace = try Setting("mails-per-minute").number(
                mailsPerMinute, in: MailPace.limits, otherwise: Self.standardPace, environment)
            let templates = try NoticeTemplates(
                folder: try text(mailTemplates, "MAIL_TEMPLATES"),
                standard: try text(mailLanguage, "MAIL_LANGUAGE") ?? "en")
            var settings = NoticeSettings(
                mail: mail, templates: templates, pace: MailPace(perMinute: pace), webhook: webhook)
            settings.installation = try text(installationName, "INSTALLATION_NAME") ?? settings.installation
            settings.address = try text(installationURL, "INSTALLATION_URL") ?? ""
            return settings
        } catch let error as NotificationError {
            throw CommandFailure(.usage, error.message)
        }
    }

    private typealias Text = (String?, String) throws(CommandFailure) -> String?

    private func mail(_ text: Text, _ environment: Environment) throws -> MailSettings? {
        guard let url = try text(mailURL, "MAIL_URL") else { return nil }
        guard let sender = try text(mailFrom, "MAIL_FROM") else {
            throw CommandFailure(.usage, "Mails need a sender: --mail-from ADDRESS, or RELOCATION_MAIL_FROM.")
        }
        let address = try text(installationURL, "INSTALLATION_URL") ?? ""
        guard address.hasPrefix("https://") || address.hasPrefix("http://") else {
            throw CommandFailure(
                .usage,
                "Mails link to the installation: --installation-url https://…, or RELOCATION_INSTALLATION_URL.")
        }
        return try MailSettings(url: url, password: environment.value("RELOCATION_MAIL_PASSWORD"), sender: sender)
    }

    private func webhook(_ text: Text, _ environment: Environment) throws -> WebhookSettings? {
        guard let url = try text(webhookURL, "WEBHOOK_URL") else { return nil }
        guard let secret = try environment.value("RELOCATION_WEBHOOK_SECRET") else {
            throw CommandFailure(
                .usage, "A webhook is signed: set RELOCATION_WEBHOOK_SECRET or RELOCATION_WEBHOOK_SECRET_FILE.")
        }
        return try WebhookSettings(url: url, secret: secret)
    }
}
