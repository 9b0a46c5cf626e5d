public import Notification

/// How people and programs are told about relocations with steps.
public struct NoticeSettings: Sendable {
    /// nil if no mail is sent.
    public var mail: MailSettings?
    public var templates: NoticeTemplates
    /// Shared by all slots.
    public var pace: MailPace
    /// nil if no program is told.
    public var webhook: WebhookSettings?
    /// The installation's name for people.
    public var installation = "Sentry"
    /// The installation's public address, for links; empty if it is not known.
    public var address = ""

    public init(mail: MailSettings?, templates: NoticeTemplates, pace: MailPace, webhook: WebhookSettings?) {
        self.mail = mail
        self.templates = templates
        self.pace = pace
        self.webhook = webhook
    }
}
