import Foundation

/// Exports made for the tests.
package enum SampleExport {
    package static func user(_ pk: Int, username: String? = nil, changes: [String: Any] = [:]) -> [String: Any] {
        var fields: [String: Any] = [
            "password": "pbkdf2_sha256$720000$salt$digest", "last_login": NSNull(),
            "username": username ?? "user-\(pk)", "name": "User \(pk)", "email": "user-\(pk)@example.com",
            "is_staff": true, "is_active": true, "is_unclaimed": false, "is_superuser": true, "is_managed": false,
            "is_sentry_app": NSNull(), "is_password_expired": false, "last_password_change": NSNull(), "flags": "0",
            "session_nonce": NSNull(), "date_joined": "2023-06-22T22:59:55.488Z",
            "last_active": "2023-06-22T22:59:55.489Z", "avatar_type": 0, "avatar_url": NSNull(),
        ]
        fields.merge(changes) { _, new in new }
        return ["model": "sentry.user", "pk": pk, "fields": fields]
    }

    package static func email(_ pk: Int) -> [String: Any] {
        [
            "model": "sentry.email", "pk": pk,
            "fields": ["email": "user-\(pk)@example.com", "date_added": "2023-06-22T22:59:54.521Z"],
        ]
    }

    package static func userEmail(_ pk: Int, user: Int) -> [String: Any] {
        [
            "model": "sentry.useremail", "pk": pk,
            "fields": [
                "user": user, "email": "user-\(user)@example.com",
                "validation_hash": "mCnWesSVvYQcq7qXQ36AZHwosAd6cghE",
                "date_hash_added": "2023-06-22T22:59:55.521Z", "is_verified": true,
            ],
        ]
    }

    package static func option(_ pk: Int, user: Int, key: String = "timezone", value: String = "\"Europe/Vienna\"")
        -> [String: Any]
    {
        [
            "model": "sentry.useroption", "pk": pk,
            "fields": [
                "user": user, "project_id": NSNull(), "organization_id": NSNull(), "key": key, "value": value,
            ],
        ]
    }

    /// `count` users with address, e-mail and option each: four rows per user.
    package static func users(_ count: Int) -> [[String: Any]] {
        let all = 1...count
        return all.map { user($0) } + all.map { email($0) } + all.map { option($0, user: $0) }
            + all.map { userEmail($0, user: $0) }
    }

    package static func json(_ rows: [[String: Any]]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: rows, options: [.sortedKeys]), as: UTF8.self)
    }
}
