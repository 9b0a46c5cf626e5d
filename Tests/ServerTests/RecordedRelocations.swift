import Foundation
import ProgramSupport
import TestSupport

/// The relocations that Sentry's own API was asked for when its answers were recorded.
enum RecordedRelocations {
    static let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]
    static let done = "00000005-1111-4111-8111-000000000005"

    static func object(_ value: Any?) -> [String: Any] { value as? [String: Any] ?? [:] }

    /// As text. Our times have milliseconds; imported ids come from sets.
    static func comparable(_ record: [String: Any]) -> String {
        record.sorted { $0.key < $1.key }.map { key, value in
            switch key {
            case "creator", "owner": "\(key) \(object(value).sorted { $0.key < $1.key })"
            case "importedUserIds", "importedOrgIds": "\(key) \((value as? [Int] ?? []).sorted())"
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
        try fillTables(fixture, of: installation)
    }

    /// Imports the people of the fixture, who get its ids.
    static func importPeople(_ fixture: [String: Any], into installation: Installation) throws {
        let users = fixture["users"] as? [[String: Any]] ?? []
        let rows = users.map { user in
            SampleExport.user(
                user["id"] as? Int ?? 0, username: user["username"] as? String,
                changes: ["email": user["email"] as? String ?? ""])
        }
        let file = try installation.folder.write(SampleExport.json(rows), to: "people.json")
        let uuid = try installation.enqueue("users", file).lastLine
        _ = try installation.worker("run", "--drain")
        guard try installation.status(uuid)["status"] as? String == "SUCCESS" else {
            throw SystemFailure("the people are not imported")
        }
        _ = try installation.enqueue("delete", uuid, "--no-prompt")
    }

    /// Sentry's own records of the relocations, and the chunk rows of what they have brought.
    private static func fillTables(_ fixture: [String: Any], of installation: Installation) throws {
        for (number, row) in (fixture["relocations"] as? [[String: Any]] ?? []).enumerated() {
            var row = row
            row["has_file"] = nil
            row["id"] = 1_000 + number
            try insert(row, into: "sentry_relocation", of: installation)
        }
        for (number, row) in (fixture["chunks"] as? [[String: Any]] ?? []).enumerated() {
            var row = row
            let table = row.removeValue(forKey: "table") as? String ?? ""
            row["id"] = 1_000 + number
            for name in ["max_ordinal", "min_source_pk", "max_source_pk"] { row[name] = row["min_ordinal"] }
            for name in ["date_added", "date_updated"] { row[name] = "2024-09-01T00:00:00Z" }
            row["inserted_identifiers"] = [String: String]()
            try insert(row, into: table, of: installation)
        }
    }

    private static func insert(_ row: [String: Any], into table: String, of installation: Installation) throws {
        let values = try row.mapValues { value in
            switch value {
            case is NSNull: "null"
            case let number as Int: "\(number)"
            case let text as String: "'\(text)'"
            default: "'\(String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self))'"
            }
        }.sorted { $0.key < $1.key }
        let said = try sqlite(
            installation.databasePath,
            "insert into \(table) (\(values.map(\.key).joined(separator: ", "))) "
                + "values (\(values.map(\.value).joined(separator: ", ")))")
        guard said.isEmpty else { throw SystemFailure("\(table): \(said)") }
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
