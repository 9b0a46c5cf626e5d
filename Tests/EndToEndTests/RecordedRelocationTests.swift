import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// The folder of reference material, if there is one.
private let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

/// Whole relocations that the reference has made, and the same with ours.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct RecordedRelocationTests {
    private typealias Case = [String: Any]

    /// Why a recorded run is not ours; nil if it must be the same.
    enum Difference: String {
        /// The reference checks a prefix of what is stored now, and fails; ours checks what the import recorded.
        case wantedNames
        /// Its row cannot be saved, and the relocation is stranded; ours pauses or ends at every step.
        case stranded
        /// The command comes while a task runs, which may overwrite it there; ours is obeyed at the next task.
        case within
        /// Answers of a build farm, and faults that are put into the reference's own functions.
        case notOurs
        /// The validation finds in a scratch database what fails in the import there.
        case foundByValidation
    }

    private static let differences: [String: Difference] = [
        "slug-underscore": .wantedNames, "slug-long": .wantedNames, "slug-reserved": .wantedNames,
        "username-long-taken": .wantedNames, "pause-validating": .stranded, "cancel-validating": .stranded,
        "pause-importing": .stranded, "cancel-importing": .stranded, "email-too-long": .foundByValidation,
    ]

    private static func difference(_ name: String, _ recorded: Case) -> Difference? {
        if let known = differences[name] { return known }
        let options = recorded["options"] as? Case ?? [:]
        let troubles = recorded["import_troubles"] as? [Any] ?? []
        let isInBuild = options["answers"] != nil || options["findings"] != nil
        let isMid = (recorded["steps"] as? [Case] ?? []).contains { $0["while"] != nil && !($0["while"] is NSNull) }
        if isMid { return .within }
        return isInBuild || !troubles.isEmpty ? .notOurs : nil
    }

    /// In parts, which run side by side.
    @Test(arguments: [LedgerSite.Form.sqlite, .postgres], 0..<4) func runs(_ form: LedgerSite.Form, _ part: Int) throws
    {
        let folder = try #require(material) + "/flow/runs"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".json") && !$0.hasSuffix(".plain.json") && !$0.hasPrefix("part-") && !$0.hasPrefix("saas-")
        }.map { String($0.dropLast(5)) }.sorted()
        #expect(names.count > 20)
        var same = 0
        var declared: [Difference: Int] = [:]
        for (place, name) in names.enumerated() where place % 4 == part {
            let recorded = try Self.object("\(folder)/\(name).json")
            let difference = Self.difference(name, recorded)
            if let difference { declared[difference, default: 0] += 1 }
            // The others differ in what happens within a task: other tests do that.
            guard difference != .notOurs else { continue }
            if difference == .within {
                try runWithin(name, recorded, form)
            } else {
                try run(name, recorded, form, difference)
            }
            if difference == nil { same += 1 }
        }
        print("runs on \(form), part \(part): \(same) the same, \(declared)")
    }

    private static func object(_ path: String) throws -> Case {
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? Case ?? [:]
    }

    private func run(
        _ name: String, _ recorded: Case, _ form: LedgerSite.Form, _ difference: Difference?
    ) throws {
        let site = try queued(recorded, form)
        for step in recorded["steps"] as? [Case] ?? [] {
            guard let command = step["command"] as? String, ["pause", "cancel", "unpause"].contains(command) else {
                continue
            }
            // The reference's tasks have run up to here.
            if command == "unpause", try site.status()["status"] as? String == "IN_PROGRESS", name != "mid-unpause" {
                try site.drain()
            }
            try give(step, to: site)
        }
        try site.drain()
        try expect(name, recorded, site, difference)
    }

    private func give(_ step: Case, to site: RelocationSite) throws {
        let body = step["body"] as? [String: String] ?? [:]
        let option = body["atStep"].map { ["--at-step", $0] } ?? body["untilStep"].map { ["--until-step", $0] } ?? []
        _ = try site.site.run(step["command"] as? String ?? "", [site.uuid] + option)
    }

    /// A destination with what is there already, and the relocation queued.
    private func queued(_ recorded: Case, _ form: LedgerSite.Form) throws -> RelocationSite {
        let site = try RelocationSite(form)
        let existing = (recorded["options"] as? Case)?["existing"] as? Case ?? [:]
        try prepare(site, existing)
        let export = recorded["export"] as? String ?? ""
        let folder = try #require(material) + (export.hasSuffix(".plain.json") ? "/flow/runs/" : "/exports/")
        let slugs = (recorded["want_org_slugs"] as? [String] ?? []).joined(separator: ",")
        let owner = recorded["owner"] as? String ?? ""
        _ = try site.site.run(
            "relocate",
            [
                "--owner", owner, "--creator", recorded["creator"] as? String ?? "", "--orgs", slugs, "--import-uuid",
                site.uuid, folder + export,
            ])
        return site
    }

    // MARK: Commands while a task runs

    private static let tasks = [
        "uploading_start", "uploading_complete", "preprocessing_scan", "preprocessing_transfer",
        "preprocessing_baseline_config", "preprocessing_colliding_users", "preprocessing_complete", "validating_start",
        "validating_poll", "validating_complete", "importing", "postprocessing", "notifying_unhide", "notifying_users",
        "notifying_owner", "completed",
    ]

    /// The worker stands still within the task while the command is given.
    private func runWithin(_ name: String, _ recorded: Case, _ form: LedgerSite.Form) throws {
        let site = try queued(recorded, form)
        let steps = recorded["steps"] as? [Case] ?? []
        let step = try #require(steps.first { $0["while"] is String })
        let command = step["command"] as? String ?? ""
        let task = step["while"] as? String ?? ""
        let place = try #require(Self.tasks.firstIndex(of: task), "\(name)")
        let worker = try site.site.start(
            "run", "--drain", environment: ["RELOCATION_FAILPOINT": "flow.task.before:\(place + 1):stop"])
        for _ in 0..<600 where try site.status()["latestTask"] as? String != task.uppercased() { usleep(50_000) }
        try give(step, to: site)
        worker.process.signal(SIGCONT)
        _ = try worker.result()
        let stopped = try site.status()
        let wanted = ["pause": ("PAUSE", nil), "cancel": ("FAILURE", "cancelled"), "abort": ("FAILURE", "aborted")][
            command]
        let (status, word) = try #require(wanted, "\(name)")
        #expect(stopped["status"] as? String == status, "\(name): \(stopped["trouble"] ?? "")")
        let reason = word.map { "This relocation was \($0) by an administrator." }
        #expect(stopped["failureReason"] as? String == reason, "\(name)")
        let later = steps.filter { $0["command"] as? String == "unpause" }
        guard !later.isEmpty else { return }
        for step in later {
            try give(step, to: site)
            try site.drain()
        }
        try expect(name, recorded, site, nil)
    }

    /// The accounts and organizations that are there already.
    private func prepare(_ site: RelocationSite, _ existing: Case) throws {
        let users = existing["users"] as? [String] ?? []
        if !users.isEmpty {
            let rows = users.enumerated().map { (index: Int, name: String) in
                SampleExport.user(index + 50, username: name, changes: ["email": name])
            }
            #expect(try site.site.wait("users", site.site.write(rows, to: "existing-users.json")).code == 0)
        }
        let slugs = existing["orgs"] as? [String] ?? []
        if !slugs.isEmpty {
            let rows = RelocationSite.organizations(slugs).filter { $0["model"] as? String == "sentry.organization" }
            #expect(try site.site.wait("organizations", site.site.write(rows, to: "existing.json")).code == 0)
        }
    }

    private func expect(
        _ name: String, _ recorded: Case, _ site: RelocationSite, _ difference: Difference?
    ) throws {
        let status = try site.status()
        let end = recorded["representation"] as? Case ?? [:]
        switch difference {
        case .wantedNames:
            #expect(status["status"] as? String == "SUCCESS", "\(name): \(status["trouble"] ?? "")")
            #expect(end["status"] as? String == "FAILURE", "\(name)")
        case .stranded:
            #expect(status["status"] as? String == (name.hasPrefix("pause") ? "PAUSE" : "FAILURE"), "\(name)")
            #expect(end["status"] as? String == "IN_PROGRESS", "\(name)")
        case .foundByValidation:
            #expect(status["step"] as? String == "VALIDATING" && status["status"] as? String == "FAILURE", "\(name)")
        default:
            for (mine, other) in [
                ("status", "status"), ("step", "step"), ("failureReason", "failureReason"),
                ("latestTask", "latestTask"),
                ("scheduledPauseAtStep", "scheduledPauseAtStep"),
            ] {
                let (left, right) = (status[mine] as? String, end[other] as? String)
                #expect(left == right, "\(name) \(mine): \(status["trouble"] ?? "") \(status["findings"] ?? "")")
            }
            try expectRows(name, recorded, site)
        }
    }

    // MARK: Rows

    private func expectRows(_ name: String, _ recorded: Case, _ site: RelocationSite) throws {
        let tables = recorded["tables"] as? [String: [Case]] ?? [:]
        let record = try site.record()
        let flow = (recorded["flow_tables"] as? [String: [Case]])?["sentry_relocation"]?.last ?? [:]
        #expect(
            RelocateTests.list(record["want_usernames"]) == flow["want_usernames"] as? [String] ?? [], "\(name)")
        for column in ["step", "status", "latest_notified", "provenance"] {
            #expect(record[column]?.integer == (flow[column] as? Int).map(Int64.init), "\(name) \(column)")
        }
        guard tables["sentry_organization"] != nil else { return }
        let before = recorded["before"] as? Case
        let existing =
            (before?["tables"] as? [String: [Case]])?["sentry_organization"]?.compactMap { $0["id"] as? Int } ?? [1]
        let organizations = (tables["sentry_organization"] ?? []).filter { !existing.contains($0["id"] as? Int ?? 0) }
        let slugOf = Dictionary(
            uniqueKeysWithValues: organizations.map { ($0["id"] as? Int ?? 0, Self.stem($0["slug"] as? String ?? "")) })
        let names = Dictionary(
            uniqueKeysWithValues: (tables["auth_user"] ?? []).map {
                ($0["id"] as? Int ?? 0, Self.stem($0["username"] as? String ?? ""))
            })
        let theirs = (tables["sentry_organizationmember"] ?? []).compactMap { row -> String? in
            guard let slug = slugOf[row["organization_id"] as? Int ?? 0] else { return nil }
            let person = (row["user_id"] as? Int).flatMap { names[$0] } ?? row["email"] as? String ?? ""
            return "\(slug) \(person) \(row["role"] ?? "") \(row["invite_status"] ?? "") \(row["type"] ?? "")"
        }
        #expect(try Self.members(site) == theirs.sorted(), "\(name)")
        let statuses = organizations.map { "\(Self.stem($0["slug"] as? String ?? "")) \($0["status"] ?? "")" }.sorted()
        let mine = try site.organizations().map { "\(Self.stem($0)) \($1)" }.sorted()
        #expect(Set(statuses).isSubset(of: mine), "\(name): \(statuses) \(mine)")
    }

    /// A name without the suffix that the import made.
    private static func stem(_ name: String) -> String {
        guard let dash = name.lastIndex(of: "-"), name.distance(from: dash, to: name.endIndex) <= 4 else { return name }
        return String(name[..<dash])
    }

    private static func members(_ site: RelocationSite) throws -> [String] {
        let users = Dictionary(
            uniqueKeysWithValues: try site.rows("auth_user", .control).map {
                ($0["id"] ?? .null, $0["username"]?.text ?? "")
            })
        let slugs = Dictionary(
            uniqueKeysWithValues: try site.rows("sentry_organization").map {
                ($0["id"] ?? .null, $0["slug"]?.text ?? "")
            })
        return try site.rows("sentry_organizationmember").map { row in
            let person = users[row["user_id"] ?? .null].map(stem) ?? row["email"]?.text ?? ""
            let slug = stem(slugs[row["organization_id"] ?? .null] ?? "")
            return "\(slug) \(person) \(row["role"]?.text ?? "") \(row["invite_status"]?.integer ?? -1) "
                + "\(row["type"]?.integer ?? -1)"
        }.sorted()
    }

    // MARK: After the rows

    /// Cases that are not ours, and why.
    private static let declared: [String: String] = [
        "users-exhausted": "the queue holds the task and its attempts, not the row",
        "wanted-users-null": "tried again with the reference's back-off of a minute: too long for a test",
        "slug-renamed-second": "what was recorded counts: a slug that somebody has changed since is none of ours",
        "username-renamed": "the same with a user's name",
        "no-chunks": "chunk rows that are gone are lost rows: the worker refuses to go on",
        "completed-late-abort": "no abort comes between two tasks of one claim here",
        "owner-gone": "nobody of the owner's id exists any more: the reference adds memberships of nobody, ours none",
        "nobody-gone": "the same",
    ]

    @Test func post() throws {
        let folder = try #require(material) + "/flow/post"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".json") && !$0.hasSuffix(".plain.json")
        }.map { String($0.dropLast(5)) }.sorted()
        var same = 0
        var faults = 0
        for name in names where Self.declared[name] == nil {
            let recorded = try Self.object("\(folder)/\(name).json")
            let changes = recorded["change"] as? [String] ?? []
            // Faults in the reference's mails and signals: ours are never a reason to fail, as other tests show.
            if changes.contains(where: { !$0.hasPrefix("update") && !$0.hasPrefix("insert") && !$0.hasPrefix("delete") }
            ) {
                faults += 1
                continue
            }
            try post(name, recorded, changes, folder + "/base.plain.json")
            same += 1
        }
        print("post: \(names.count) cases, \(same) the same, \(faults) faults, \(Self.declared.count) declared")
    }

    private func post(_ name: String, _ recorded: Case, _ changes: [String], _ file: String) throws {
        let site = try RelocationSite(.postgres)
        let queued = try site.relocate(file, orgs: "alpha,beta", "--autopause", "POSTPROCESSING")
        #expect(queued.code == 0, "\(queued.errors)")
        #expect(try site.drain().code == 0)
        let paused = try site.status()
        #expect(paused["step"] as? String == "POSTPROCESSING", "\(paused)")
        for change in changes { _ = try PostgresServer.shared().sql(change, url: site.site.databaseURL) }
        let hashes = try Self.hashes(site)
        #expect(try site.site.enqueue("unpause", site.uuid).code == 0)
        // A task is delivered again if its worker is lost before it has told that it was done.
        if let again = recorded["repeat_delivery_of"] as? String, let place = Self.tasks.firstIndex(of: again) {
            let first = Self.tasks.firstIndex(of: "postprocessing") ?? 0
            _ = try site.drain(failpoint: "flow.task.after:\(place - first + 1):kill")
            #expect(try site.status()["latestTask"] as? String == again.uppercased(), "\(name)")
        }
        try site.drain()

        let after = recorded["after"] as? Case ?? [:]
        let status = try site.status()
        let relocation = after["relocation"] as? Case ?? [:]
        #expect(status["status"] as? String == relocation["status"] as? String, "\(name): \(status["trouble"] ?? "")")
        #expect(status["failureReason"] as? String == relocation["failure_reason"] as? String, "\(name)")
        let organizations = after["organizations"] as? [String: String] ?? [:]
        let names: [Int64: String] = [0: "ACTIVE", 1: "PENDING_DELETION", 3: "RELOCATION_PENDING_APPROVAL"]
        #expect(try site.organizations().mapValues { names[$0] ?? "\($0)" } == organizations, "\(name)")
        let members = (after["members"] as? [Case] ?? []).map {
            "\(Self.stem($0["organization"] as? String ?? "")) \(Self.stem($0["user"] as? String ?? $0["email"] as? String ?? "")) "
                + "\($0["role"] ?? "") \($0["invite_status"] ?? "") 50"
        }.sorted()
        #expect(try Self.members(site) == members, "\(name)")
        try expectHashes(name, recorded, site, hashes)
    }

    private static func hashes(_ site: RelocationSite) throws -> [String: String] {
        let users = Dictionary(
            uniqueKeysWithValues: try site.rows("auth_user", .control).map {
                ($0["id"] ?? .null, $0["username"]?.text ?? "")
            })
        return Dictionary(
            uniqueKeysWithValues: try site.rows("sentry_lostpasswordhash", .control).map {
                (users[$0["user_id"] ?? .null] ?? "", $0["hash"]?.text ?? "")
            })
    }

    private func expectHashes(
        _ name: String, _ recorded: Case, _ site: RelocationSite, _ before: [String: String]
    ) throws {
        let after = try Self.hashes(site)
        for (user, what) in recorded["lost_password"] as? [String: String] ?? [:] {
            let (was, now) = (before[user], after[user])
            switch what {
            case "created": #expect(was == nil && now != nil, "\(name) \(user)")
            case "kept": #expect(was != nil && was == now, "\(name) \(user)")
            case "renewed": #expect(was != nil && now != nil && was != now, "\(name) \(user)")
            default: #expect(now == nil, "\(name) \(user)")
            }
        }
    }
}

/// Relocations between installations that the reference has made, from an installation to itself.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct RecordedTransferTests {
    private typealias Case = [String: Any]

    /// Cases that are not ours, and why.
    private static let declared = ["saas-no-slug": "refused before anything is queued: 64"]

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func transfers(_ form: LedgerSite.Form) throws {
        let folder = try #require(material) + "/flow/runs"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("saas-") }
        #expect(names.count >= 3)
        for file in names where Self.declared[String(file.dropLast(5))] == nil {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
            try run(file, try #require(try JSONSerialization.jsonObject(with: data) as? Case), form)
        }
    }

    private func run(_ name: String, _ recorded: Case, _ form: LedgerSite.Form) throws {
        let site = try RelocationSite(form)
        try fill(site, recorded["source_organization"] as? Case ?? [:])
        // A lost request is one that nobody takes.
        let isLost = (recorded["steps"] as? [Case] ?? []).contains { $0["lost"] != nil }
        let queued = try site.site.run(
            "relocate",
            [
                "--from", isLost ? "nobody" : "default", "--owner", recorded["owner"] as? String ?? "", "--creator",
                recorded["creator"] as? String ?? "", "--orgs", recorded["asked_slug"] as? String ?? "",
                "--import-uuid", site.uuid,
            ])
        #expect(queued.code == 0, "\(name): \(queued.errors)")
        if isLost {
            #expect(try site.drain().code == 75)
            try site.letAnHourPass()
        }
        try site.drain()
        try expect(name, recorded, site)
    }

    /// The organization with its members.
    private func fill(_ site: RelocationSite, _ organization: Case) throws {
        let slug = organization["slug"] as? String ?? ""
        let members = (organization["members"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
        var rows = RelocationSite.organizations([slug], users: members.count)
        for (index, member) in members.enumerated() {
            let key = index + 11
            let user = try #require(
                rows.firstIndex { $0["model"] as? String == "sentry.user" && $0["pk"] as? Int == key })
            rows[user] = SampleExport.user(key, username: member.key, changes: ["email": member.key])
            let row = try #require(
                rows.firstIndex {
                    ($0["fields"] as? Case)?["user_id"] as? Int == key && $0["model"] as? String != "sentry.user"
                })
            var fields = rows[row]["fields"] as? Case ?? [:]
            fields["role"] = member.value
            rows[row]["fields"] = fields
        }
        let filled = try site.site.wait("organizations", "--merge-users", site.site.write(rows, to: "source.json"))
        #expect(filled.code == 0, "\(filled.errors)")
    }

    private func expect(_ name: String, _ recorded: Case, _ site: RelocationSite) throws {
        let flow = try #require((recorded["flow_tables"] as? [String: [Case]])?["sentry_relocation"]?.first)
        let record = try site.record()
        for column in ["step", "status", "provenance", "latest_notified", "latest_task_attempts"] {
            #expect(record[column]?.integer == (flow[column] as? Int).map(Int64.init), "\(name) \(column)")
        }
        for column in ["latest_task", "failure_reason"] {
            #expect(record[column]?.text == flow[column] as? String, "\(name) \(column)")
        }
        #expect(
            RelocateTests.list(record["want_usernames"]) == flow["want_usernames"] as? [String] ?? [], "\(name)")
        #expect(try site.rows("sentry_relocationfile").count == recorded["files"] as? Int, "\(name)")
        let users = (recorded["users"] as? [String] ?? []).sorted()
        #expect(try site.site.users().sorted() == users, "\(name): users are merged")
        let slugs = (recorded["organizations"] as? [String: String] ?? [:]).filter { $0.key != "sentry" }
        #expect(try site.organizations().count == slugs.count, "\(name)")
        #expect(try site.organizations().values.allSatisfy { $0 == 0 }, "\(name)")
        let members = (recorded["members"] as? [[String]] ?? []).map { "\($0[1]) \($0[2])" }.sorted()
        let mine = try site.site.users().flatMap { user in try site.roles(of: user).map { "\(user) \($0)" } }.sorted()
        #expect(mine == members, "\(name)")
    }
}
