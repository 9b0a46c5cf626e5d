/// Our own words for notices: `<language>/<kind>.<part>` → template.
enum BuiltInTexts {
    /// The names of a language's templates.
    static let names = Notice.Kind.allCases.flatMap { kind in
        NoticeTemplates.Part.allCases.map { "\(kind.rawValue).\($0.rawValue)" }
    }

    static let all: [String: String] = [("en", english), ("de", german)].reduce(into: [:]) { out, language in
        for (kind, words) in language.1 {
            out["\(language.0)/\(kind.rawValue).subject"] = words.subject
            out["\(language.0)/\(kind.rawValue).txt"] = plain(words, language.0)
            out["\(language.0)/\(kind.rawValue).html"] = html(words, language.0)
        }
    }

    private struct Words {
        let subject: String
        /// Paragraphs.
        let body: [String]
        /// The text of a link to ``linkTarget``; nil without one.
        var link: String?
        var linkTarget = "{{address}}"
    }

    private static let greetings = [
        "en": "Hello{{#name}} {{name}}{{/name}},", "de": "Guten Tag{{#name}} {{name}}{{/name}},",
    ]
    private static let closings = [
        "en": "This message was sent by {{installation}} about the relocation {{uuid}}.",
        "de": "Diese Nachricht kommt von {{installation}} und betrifft den Umzug {{uuid}}.",
    ]
    private static let listed =
        "{{#hasOrganizations}} ({{#organizations}}{{slug}}{{^last()}}, {{/last()}}{{/organizations}}){{/hasOrganizations}}"

    private static let english: [Notice.Kind: Words] = [
        .started: Words(
            subject: "{{installation}}: your relocation has begun",
            body: [
                "the relocation of your organizations\(listed) to {{installation}} has begun.",
                "You need do nothing. We write again as soon as it has ended.",
            ]),
        .failed: Words(
            subject: "{{installation}}: your relocation has failed",
            body: [
                "the relocation of your organizations\(listed) to {{installation}} has failed.",
                "{{#reason}}The reason: {{reason}}{{/reason}}",
                "Your data in the old installation is as it was. Please pass this message on to the people who run "
                    + "{{installation}}.",
            ]),
        .succeeded: Words(
            subject: "{{installation}}: your relocation has succeeded",
            body: [
                "your organizations\(listed) are in {{installation}} now.",
                "The people who came with them each get a message of their own, with which they take over their accounts.",
            ], link: "Go to {{installation}}"),
        .claim: Words(
            subject: "{{installation}}: choose a password for your account",
            body: [
                "your account {{username}} was moved to {{installation}}{{#hasOrganizations}} with the organizations "
                    + "{{#organizations}}{{slug}}{{^last()}}, {{/last()}}{{/organizations}}{{/hasOrganizations}}.",
                "Your old password was not moved along. Choose a new one to go on. The link is for you alone: do not pass "
                    + "it on.",
            ], link: "Choose a password", linkTarget: "{{claimURL}}"),
    ]

    private static let german: [Notice.Kind: Words] = [
        .started: Words(
            subject: "{{installation}}: Ihr Umzug hat begonnen",
            body: [
                "der Umzug Ihrer Organisationen\(listed) nach {{installation}} hat begonnen.",
                "Sie müssen nichts tun. Wir schreiben wieder, sobald er beendet ist.",
            ]),
        .failed: Words(
            subject: "{{installation}}: Ihr Umzug ist fehlgeschlagen",
            body: [
                "der Umzug Ihrer Organisationen\(listed) nach {{installation}} ist fehlgeschlagen.",
                "{{#reason}}Der Grund: {{reason}}{{/reason}}",
                "Ihre Daten in der alten Installation sind unverändert. Bitte geben Sie diese Nachricht an die Betreiber von "
                    + "{{installation}} weiter.",
            ]),
        .succeeded: Words(
            subject: "{{installation}}: Ihr Umzug ist abgeschlossen",
            body: [
                "Ihre Organisationen\(listed) sind jetzt in {{installation}}.",
                "Wer mit ihnen umgezogen ist, bekommt eine eigene Nachricht, um sein Konto zu übernehmen.",
            ], link: "Zu {{installation}}"),
        .claim: Words(
            subject: "{{installation}}: Wählen Sie ein Passwort für Ihr Konto",
            body: [
                "Ihr Konto {{username}} ist nach {{installation}} umgezogen.",
                "Ihr altes Passwort ist nicht mit umgezogen. Wählen Sie ein neues, um weiterzuarbeiten. Der Link ist nur für "
                    + "Sie: Geben Sie ihn nicht weiter.",
            ], link: "Passwort wählen", linkTarget: "{{claimURL}}"),
    ]

    private static func plain(_ words: Words, _ language: String) -> String {
        let link = words.link.map { ["\($0):\n\(words.linkTarget)"] } ?? []
        return ([greetings[language] ?? ""] + words.body + link + ["-- \n" + (closings[language] ?? "")])
            .joined(separator: "\n\n") + "\n"
    }

    private static func html(_ words: Words, _ language: String) -> String {
        let link = words.link.map { ["<p><a href=\"\(words.linkTarget)\">\($0)</a></p>"] } ?? []
        let body =
            ([greetings[language] ?? ""] + words.body).map { "<p>\($0)</p>" } + link
            + ["<hr><p><small>\(closings[language] ?? "")</small></p>"]
        return "<!DOCTYPE html>\n<html lang=\"\(language)\">\n<body style=\"font-family: sans-serif\">\n"
            + body.joined(separator: "\n") + "\n</body>\n</html>\n"
    }
}
