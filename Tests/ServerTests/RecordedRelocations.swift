import Foundation
import ProgramSupport
import TestSupport

/// The relocations that Sentry's own API was asked for when its answers were recorded.
enum RecordedRelocations {
    static let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]
    static let done = "00000005-1111-4111-8111-000000000005"
    private static let unlike = [
        "wantUsernames", "latestNotified", "latestUnclaimedEmailsSentAt", "importedUserIds",
        "importedOrgIds",
    ]

    static func object(_ value: Any?) -> [String: Any] { value as? [String: Any] ?? [:] }

    /// What both can know, as text.
    static func comparable(_ record: [String: Any], like its: [String: Any]) -> String {
        record.filter { !unlike.contains($0.key) }.sorted { $0.key < $1.key }.map { key, value in
            switch key {
            case "creator", "owner": its[key] is NSNull ? "" : "\(object(value)["username"] ?? "")"
            case "dateAdded", "dateUpdated": "\(key) \("\(value)".replacing(#/(\.\d{3})\d{3}Z/#) { "\($0.output.1)Z" })"
            default: "\(key) \(value)"
            }
        }.joined(separator: "\n")
    }

    private static func read(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(material ?? "")/flow/api/\(name)"))
    }

    static func fixture() throws -> [String: Any] {
        object(try JSONSerialization.jsonObject(with: read("fixture.json")))
    }

    static func recordings(_ name: String) throws -> [[String: Any]] {
        try String(decoding: read("\(name).jsonl"), as: UTF8.self).split(separator: "\n").map {
            object(try JSONSerialization.jsonObject(with: Data($0.utf8)))
        }
    }

    /// Writes the records of the fixture over copies of a relocation that is queued.
    static func put(_ fixture: [String: Any], into installation: Installation) throws {
        let base = "{\(installation.prefix)}:"
        let sample =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/deploy/sample/organizations.json"
        let model = try installation.enqueue("relocate", sample, "--owner", "ada", "--orgs", "acme").lastLine
        let options = try installation.redis.cli(["HGET", base + "record:" + model, "options"])
        for row in fixture["relocations"] as? [[String: Any]] ?? [] {
            let uuid = row["uuid"] as? String ?? ""
            let fields = try Self.fields(row, fixture, options: options)
            _ = try installation.redis.cli(["COPY", base + "record:" + model, base + "record:" + uuid])
            _ = try installation.redis.cli(["HSET", base + "record:" + uuid] + fields.flatMap { [$0, $1] })
            _ = try installation.redis.cli(["ZADD", base + "index", fields["createdAt"] ?? "", uuid])
        }
        _ = try installation.redis.cli(["ZREM", base + "index", model])
    }

    private static func fields(
        _ row: [String: Any], _ fixture: [String: Any], options: String
    ) throws -> [String: String] {
        let users = fixture["users"] as? [[String: Any]] ?? []
        func name(_ id: Any?) -> String {
            users.first { $0["id"] as? Int == id as? Int }?["username"] as? String ?? "gone"
        }
        func word(_ column: String, _ words: [String], from first: Int) -> String {
            (row[column] as? Int).map { words[$0 - first] } ?? ""
        }
        func milliseconds(_ column: String) throws -> String {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: "\(row[column] ?? "")".contains("."))
            return String(Int((try style.parse("\(row[column] ?? "")").timeIntervalSince1970 * 1_000).rounded(.down)))
        }
        var wanted = object(try JSONSerialization.jsonObject(with: Data(options.utf8)))
        var request = object(wanted["relocate"])
        request["owner"] = name(row["owner_id"])
        request["creator"] = name(row["creator_id"])
        request["organizations"] = row["want_org_slugs"]
        request["source"] = row["provenance"] as? Int == 1 ? "elsewhere" : nil
        wanted["relocate"] = request
        return [
            "uuid": "\(row["uuid"] ?? "")",
            "options": String(decoding: try JSONSerialization.data(withJSONObject: wanted), as: UTF8.self),
            "createdAt": try milliseconds("date_added"), "updatedAt": try milliseconds("date_updated"),
            "status": word("status", ["IN_PROGRESS", "FAILURE", "SUCCESS", "PAUSE"], from: 0),
            "step": word("step", steps, from: 1), "failureReason": row["failure_reason"] as? String ?? "",
            "latestTask": row["latest_task"] as? String ?? "",
            "latestTaskAttempts": "\(row["latest_task_attempts"] as? Int ?? 0)",
            "pauseAtStep": word("scheduled_pause_at_step", steps, from: 1),
            "cancelAtStep": word("scheduled_cancel_at_step", steps, from: 1),
        ]
    }

    private static let steps = [
        "UPLOADING", "PREPROCESSING", "VALIDATING", "IMPORTING", "POSTPROCESSING", "NOTIFYING", "COMPLETED",
    ]
}
