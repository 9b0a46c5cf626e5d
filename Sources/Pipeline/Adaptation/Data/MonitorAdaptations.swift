import Catalogue
import ExportFormat
import TextForms

/// Cron monitors. The numbers are those of Sentry's migrations.
enum MonitorAdaptations {
    static let all: [Adaptation] = [
        // 0367
        Adaptation("monitor", "slug is the guid", before: SentryVersion(23, 3)) { row in
            guard row.isNull("slug"), let guid = row.text("guid").flatMap({ UUIDText.canonical($0) }) else { return }
            row["slug"] = .text(guid)
        },
        // 0406. Monitors of an export have no environments. Later ones get their project's organization (0660).
        Adaptation(
            "monitor", "of an organization or project that does not exist is left out", before: SentryVersion(23, 4),
            ifUnsure: .leave
        ) { row in
            guard let organization = row.integer("organization_id"), let project = row.integer("project_id") else {
                return
            }
            if row.context.organizations.contains(organization), row.context.projects[project] != nil { return }
            if row.context.isComplete { row.leaveOut() } else { row.miss() }
        },
        // 0433
        Adaptation("monitor", "unknown status becomes 0", before: SentryVersion(23, 5)) { row in
            if let status = row.integer("status"), !(0...3).contains(status) { row["status"] = .integer(0) }
        },
        // 0515
        Adaptation(
            "monitor", "slug becomes a valid one; where it is taken, the monitor waits for its deletion",
            before: SentryVersion(23, 8)
        ) { row in
            guard let slug = MonitorSlug(row), let valid = slug.valid else { return }
            row.miss()
            if slug.isTaken(row.context) { row["status"] = .integer(2) } else { row["slug"] = .text(valid) }
        },
        // 0566
        Adaptation("monitor", "checkin_margin 0 becomes null", before: SentryVersion(23, 10)) { row in
            guard let config = row.json("config"), config["checkin_margin"] == .integer(0) else { return }
            row["config"] = config.setting("checkin_margin", .null)
        },
        // 0617, 0619, 0621
        Adaptation("monitor", "status 1 (muted) becomes is_muted", before: SentryVersion(23, 12)) { row in
            guard !row.has("is_muted"), row.integer("status") == 1 else { return }
            row["is_muted"] = .bool(true)
            row["status"] = .integer(0)
        },
        // 0660
        Adaptation(
            "monitor", "organization_id becomes its project's; where the slug is taken there, it is left out",
            before: SentryVersion(24, 3)
        ) { row in
            guard let own = row.integer("organization_id"), let project = row.integer("project_id"),
                let organization = row.known(row.context.projects[project]), organization != own
            else { return }
            row.miss()
            let slug = FileContext.OrganizationText(organization: organization, text: row.text("slug") ?? "")
            if row.context.monitors[slug] == nil {
                row["organization_id"] = .integer(organization)
            } else {
                row.leaveOut()
            }
        },
    ]

    static let collectors: [Collector] = [
        Collector("organization", before: SentryVersion(23, 4)) { row in
            if let key = row.key { row.context.organizations.insert(key) }
        },
        Collector("monitor", before: SentryVersion(24, 3)) { row in
            guard let slug = MonitorSlug(row) else { return }
            slug.remember(in: &row.context, rule: row.json("config")?["alert_rule_id"])
        },
    ]
}

/// The slug of a monitor of before 23.8, when any text was one.
private struct MonitorSlug {
    private let key: Int64
    private let organization: Int64
    private let original: String
    /// The slug that it gets; nil if it is valid.
    let valid: String?

    init?(_ row: OldRow) {
        guard let key = row.key, let organization = row.original("organization_id"), let text = row.originalText("slug")
        else { return nil }
        self.key = key
        self.organization = organization
        original = text
        let slug = SlugText.slugify(text, maxLength: 50)
        valid = slug == text ? nil : slug
    }

    private func place(_ slug: String) -> FileContext.OrganizationText { .init(organization: organization, text: slug) }

    func remember(in context: inout FileContext, rule: FieldValue?) {
        context.monitors[place(original), default: []].append(key)
        guard let valid else { return }
        let number: Int64? = if case .integer(let number)? = rule { number } else { nil }
        context.mendedMonitors[place(valid), default: []].append(.init(key: key, rule: number))
    }

    func isTaken(_ context: FileContext) -> Bool {
        valid.map { context.isTaken(place($0), from: key) } ?? false
    }
}
