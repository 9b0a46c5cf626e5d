import Catalogue
import ExportFormat

/// Users, members and organizations. The numbers are those of Sentry's migrations.
enum AccountAdaptations {
    static let all: [Adaptation] = [
        // 0381. A slug that is taken gets the key behind it.
        Adaptation("organization", "slug becomes lower case", before: SentryVersion(23, 3)) { row in
            guard let slug = row.text("slug"), case let lower = slug.lowercased(), lower != slug else { return }
            row.miss()
            let isTaken = row.context.slugs[lower]?.first != row.key
            row["slug"] = .text(isTaken ? "\(lower)-\(row.key ?? 0)" : lower)
        },
        // 0473
        Adaptation("organizationmember", "user_is_active is filled in", before: SentryVersion(23, 6)) { row in
            guard !row.has("user_is_active"), let user = row.integer("user_id"),
                row.known(row.context.users[user])?.isActive == false
            else { return }
            row["user_is_active"] = .bool(false)
        },
        // 0483
        Adaptation("organizationmember", "user_email is filled in", before: SentryVersion(23, 6)) { row in
            guard row.isNull("user_email"), let user = row.integer("user_id"),
                let known = row.known(row.context.users[user])
            else {
                return
            }
            row["user_email"] = .text(known.email)
        },
        // 0574
        Adaptation(
            "useroption",
            "reports:disabled-organizations stays; the notification settings it stood for are never relocated",
            before: SentryVersion(23, 10)
        ) { if $0.reads("key", "reports:disabled-organizations") { $0.note() } },
        // 0672
        Adaptation("useroption", "time zone Europe/Kiev becomes Europe/Kyiv", before: SentryVersion(24, 3)) { row in
            guard row.reads("key", "timezone"), row.option("value") == .text("Europe/Kiev") else { return }
            row["value"] = .text(FieldValue.text("Europe/Kyiv").json)
        },
    ]

    static let collectors: [Collector] = [
        Collector("user", before: SentryVersion(23, 6)) { row in
            guard let key = row.key else { return }
            row.context.users[key] = .init(email: row.text("email") ?? "", isActive: row["is_active"] != .bool(false))
        },
        Collector("organization", before: SentryVersion(23, 3)) { row in
            guard let key = row.key, let slug = row.originalText("slug") else { return }
            let lower = slug.lowercased()
            // Who has the slug already comes first.
            if lower == slug {
                row.context.slugs[lower, default: []].insert(key, at: 0)
            } else {
                row.context.slugs[lower, default: []].append(key)
            }
        },
    ]
}
