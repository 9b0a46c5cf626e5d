import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// The folder of reference material, if there is one.
private let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

/// Parts of a relocation's flow that the reference has made, and the same with our programs: a worker is killed after each
/// delivery, or its database refuses what the task writes.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct RecordedPartTests {
    private typealias Case = [String: Any]

    /// Why a recorded part is not ours; nil if it must be the same.
    enum Difference: String {
        /// The relocation stays in progress for ever there; ours goes on to its end.
        case stranded
        /// `recover` brings back what an operator has ended; ours refuses that.
        case revived
        /// The task raises for an object of a bucket, and does nothing of ours that can fail: the file is in the queue.
        case bucket
        /// The situation cannot be made with programs: the rules are compared by themselves, in `PartParityTests`.
        case rulesOnly
    }

    private static func difference(_ recorded: Case) -> Difference? {
        let before = recorded["before"] as? Case ?? [:]
        let steps = recorded["steps"] as? [Case] ?? []
        if (before["failure_reason"] as? String)?.hasSuffix("by an administrator.") == true { return .revived }
        if before["status"] as? String == "FAILURE", way(to: before, recorded) == nil { return .rulesOnly }
        guard let raised = steps.last(where: { $0["raised"] is String }) else { return nil }
        let end = steps.last?["after"] as? Case
        if end?["status"] as? String == "IN_PROGRESS" { return .stranded }
        return PartFault.places[raised["task"] as? String ?? ""] == nil ? .bucket : nil
    }

    /// How a relocation comes to fail as recorded.
    private enum Way { case fault, refusal }

    private static func way(to before: Case, _ recorded: Case) -> Way? {
        let task = (before["latest_task"] as? String ?? "").lowercased()
        if before["latest_task_attempts"] as? Int == 4, PartFault.places[task] != nil { return .fault }
        let ends = (recorded["steps"] as? [Case] ?? []).last?["after"] as? Case
        let isRefused = (ends?["failure_reason"] as? String)?.contains("could not be found") == true
        return task == "preprocessing_scan" && isRefused ? .refusal : nil
    }

    private static let folder = (material ?? "") + "/flow/runs"
    static let names: [String] = {
        // Without the material there are no cases.
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return all.filter { $0.hasPrefix("part-") }.sorted()
    }()

    private static func recorded(_ name: String) throws -> Case {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? Case)
    }

    @Test func fewPartsAreDeclared() throws {
        let found = try Self.names.compactMap { Self.difference(try Self.recorded($0)) }
        #expect(Self.names.count >= 15 && found.count < Self.names.count / 2)
        print("parts: \(Self.names.count) cases, declared \(found.map(\.rawValue).sorted())")
    }

    @Test(arguments: names) func part(_ name: String) throws {
        let recorded = try Self.recorded(name)
        let difference = Self.difference(recorded)
        if difference != .bucket, difference != .rulesOnly { try run(name, recorded, difference) }
    }

    private func run(_ name: String, _ recorded: Case, _ difference: Difference?) throws {
        let steps = recorded["steps"] as? [Case] ?? []
        let isFaulty = difference == nil && steps.contains { $0["raised"] is String }
        let way = Self.way(to: recorded["before"] as? Case ?? [:], recorded)
        var part = try RunningPart(recorded, isFaulty || way == .fault ? .postgres : .sqlite)
        switch way {
        case .fault: try part.failByFault()
        case .refusal: try part.failByItself()
        case nil: if difference == .revived { try part.cancel(recorded) }
        }
        for step in steps {
            if let command = step["command"] as? String {
                let body = step["body"] as? [String: String] ?? [:]
                let result = try part.site.site.run(
                    command,
                    [part.site.uuid] + (body["atStep"].map { ["--at-step", $0] } ?? [])
                        + (body["untilStep"].map { ["--until-step", $0] } ?? []))
                guard difference != .revived else {
                    #expect(result.code != 0 && result.errors.contains("ended by an operator"), "\(name)")
                    return
                }
                #expect(result.code == 0, "\(name): \(result.errors)")
                try part.expect(name, step)
                continue
            }
            // From here on theirs is stranded.
            if difference == .stranded, step["raised"] is String { break }
            try part.deliver(step)
            try part.expect(name, step)
        }
        try part.finish(name, recorded, isStranded: difference == .stranded)
    }
}

/// A relocation that comes to a recorded part of its flow.
private struct RunningPart {
    typealias Case = [String: Any]

    let site: RelocationSite
    private let mail: MailServer?
    private let task: String
    /// Whether a worker has worked on it.
    private var isBegun = false
    private var deliveries = 0
    private var told = 0
    private var fault: PartFault?

    init(_ recorded: Case, _ form: LedgerSite.Form) throws {
        site = try RelocationSite(form)
        task = recorded["first_task"] as? String ?? ""
        let tells = (recorded["steps"] as? [Case] ?? []).contains { !($0["mails"] as? [Any] ?? []).isEmpty }
        mail = tells ? try MailServer() : nil
        let before = recorded["before"] as? Case ?? [:]
        let slugs = before["want_org_slugs"] as? [String] ?? []
        let wanted = before["want_usernames"] as? [String]
        let file = try Self.file(site, slugs, wanted)
        let code: Int32 = slugs == ["testing"] ? 0 : 65
        #expect(try site.relocate(file, orgs: slugs.joined(separator: ",")).code == code)
    }

    /// The recorded file, or one whose members have the wanted names.
    private static func file(_ site: RelocationSite, _ slugs: [String], _ names: [String]?) throws -> String {
        guard let names, !names.isEmpty else { return try #require(material) + "/exports/fresh-install.json" }
        var rows = RelocationSite.organizations(slugs, users: names.count)
        for (index, name) in names.enumerated() {
            let place = try #require(rows.firstIndex { $0["pk"] as? Int == index + 11 })
            rows[place] = SampleExport.user(index + 11, username: name)
        }
        return try site.site.write(rows, to: "part.json")
    }

    // MARK: It fails before the part begins

    mutating func cancel(_ recorded: Case) throws {
        let step = (recorded["before"] as? Case)?["step"] as? String ?? ""
        #expect(try site.site.enqueue("cancel", site.uuid, "--at-step", step).code == 0)
        try failByItself()
    }

    mutating func failByFault() throws {
        for attempt in 1...4 { try raise(attempt) }
        try expectFailed()
    }

    mutating func failByItself() throws {
        _ = try drain(nil)
        try expectFailed()
    }

    private mutating func expectFailed() throws {
        #expect(try site.status()["status"] as? String == "FAILURE")
        isBegun = true
        told = try mails().count
    }

    // MARK: Deliveries

    mutating func deliver(_ step: Case) throws {
        deliveries += 1
        let name = step["task"] as? String ?? ""
        if step["raised"] is String {
            let after = step["after"] as? Case
            return try raise(after?["latest_task_attempts"] as? Int ?? 0, at: name)
        }
        if try site.status()["status"] as? String != "FAILURE" { try removeFault() }
        let place = isBegun ? 1 : try #require(PartFault.tasks.firstIndex(of: name)) + 1
        // The task is done, and its worker is lost before it has told so.
        try site.loseLease()
        _ = try drain("flow.task.after:\(place):kill")
        isBegun = true
    }

    /// The database refuses what the task writes, so that this attempt fails.
    private mutating func raise(_ attempt: Int, at name: String? = nil) throws {
        if fault == nil { fault = try PartFault(at: name ?? task, in: site) }
        guard try site.status()["latestTaskAttempts"] as? Int ?? 0 < attempt || !isBegun else { return }
        try site.tryAgainNow()
        _ = try drain(nil)
        isBegun = true
    }

    private mutating func removeFault() throws {
        try fault?.remove()
        fault = nil
    }

    private func drain(_ failpoint: String?) throws -> Installation.Result {
        try site.site.worker(
            "run", "--drain", "--drain-wait", "0",
            environment: [
                "RELOCATION_FAILPOINT": failpoint,
                "RELOCATION_MAIL_URL": mail.map { "smtp-plain://localhost:\($0.port)" },
                "RELOCATION_MAIL_FROM": mail.map { _ in "sentry@example.com" },
                "RELOCATION_INSTALLATION_URL": mail.map { _ in "https://new.example.com/" },
            ])
    }

    /// Of failures and, within the scan, of the start: who was told what, in order.
    private func mails() throws -> [String] {
        let words = task == "preprocessing_scan" ? ["begun", "failed"] : ["failed"]
        return try mail?.mails().compactMap { mail in
            words.first { mail.subject.hasSuffix($0) }.map { "\($0) \(mail.recipients.joined())" }
        } ?? []
    }

    // MARK: Expectations

    private static let words = ["relocation_started": "begun", "relocation_failed": "failed"]

    mutating func expect(_ name: String, _ step: Case) throws {
        let status = try site.status()
        let after = step["after"] as? Case ?? [:]
        let trouble = "\(name): \(status["trouble"] ?? "")"
        #expect(status["status"] as? String == after["status"] as? String, "\(trouble)")
        #expect(status["latestTask"] as? String == after["latest_task"] as? String, "\(trouble)")
        // PREPROCESSING_COMPLETE writes its successor's step there.
        let isEarly = step["task"] as? String == "preprocessing_complete" && after["step"] as? String == "VALIDATING"
        #expect(status["step"] as? String == (isEarly ? "PREPROCESSING" : after["step"] as? String), "\(trouble)")
        // A worker that is lost is no attempt of ours.
        let isLost = step["task"] is String && !(step["raised"] is String) && deliveries > 1
        if !isLost {
            #expect(status["latestTaskAttempts"] as? Int == after["latest_task_attempts"] as? Int, "\(trouble)")
        }
        // What is recovered has no reason any more.
        let reason = after["status"] as? String == "FAILURE" ? after["failure_reason"] as? String : nil
        #expect(status["failureReason"] as? String == reason, "\(trouble)")
        try expectRow(name, status)
        guard let expected = step["mails"] as? [Case] else { return }
        let sent = expected.flatMap { mail in
            (mail["messages"] as? [String] ?? []).map { "\(Self.words[mail["template"] as? String ?? ""] ?? "") \($0)" }
        }
        let all = try mails()
        #expect(all[told...].sorted() == sent.sorted(), "\(name)")
        told = all.count
    }

    /// The destination's record says the same, once there is one.
    private func expectRow(_ name: String, _ status: Case) throws {
        guard let row = try site.rows("sentry_relocation").first, status["status"] as? String == "FAILURE" else {
            return
        }
        #expect(row["status"] == .integer(1) && row["latest_notified"] == .integer(mail == nil ? 0 : 1), "\(name)")
        #expect(row["latest_task"]?.text == status["latestTask"] as? String, "\(name)")
        #expect(row["failure_reason"]?.text == status["failureReason"] as? String, "\(name)")
        #expect(
            row["latest_task_attempts"]?.integer == (status["latestTaskAttempts"] as? Int).map(Int64.init), "\(name)")
    }

    /// What was scheduled comes next, and the relocation goes on to its end.
    mutating func finish(_ name: String, _ recorded: Case, isStranded: Bool) throws {
        try removeFault()
        let last = (recorded["steps"] as? [Case] ?? []).last { !($0["raised"] is String) && $0["task"] is String }
        let next = (last?["scheduled"] as? [Case])?.first?["task"] as? String
        guard isStranded || next != nil else { return }
        if let next {
            try site.loseLease()
            #expect(try drain("flow.task.before:2:kill").code == -SIGKILL, "\(name)")
            #expect(try site.status()["latestTask"] as? String == next.uppercased(), "\(name)")
            try site.loseLease()
        }
        #expect(try site.drain().code == 0, "\(name)")
        #expect(try site.status()["status"] as? String == "SUCCESS", "\(name)")
        // However often a task was delivered.
        for table in ["sentry_relocation", "sentry_relocationfile", "sentry_relocationvalidation"] {
            #expect(try site.rows(table).count == 1, "\(name) \(table)")
        }
        let wanted = (recorded["before"] as? Case)?["want_usernames"] as? [String]
        guard let wanted, !wanted.isEmpty else { return }
        #expect(RelocateTests.list(try site.record()["want_usernames"]) == wanted, "\(name)")
    }
}

/// A database that refuses what a task writes, so that the task is tried again: as if it lost a race each time.
private struct PartFault {
    /// Task → the table and the event. Tasks that write nothing cannot fail.
    static let places: [String: (table: String, event: String)] = [
        "uploading_start": ("sentry_relocation", "INSERT"),
        "preprocessing_scan": ("sentry_relocation", "UPDATE OF want_usernames"),
        "preprocessing_complete": ("sentry_relocationvalidation", "INSERT"),
        "validating_start": ("sentry_relocationvalidationattempt", "INSERT"),
        "validating_complete": ("sentry_relocationvalidationattempt", "UPDATE"),
        "notifying_users": ("sentry_relocation", "UPDATE OF latest_unclaimed_emails_sent_at"),
    ]

    static let tasks = [
        "uploading_start", "uploading_complete", "preprocessing_scan", "preprocessing_transfer",
        "preprocessing_baseline_config", "preprocessing_colliding_users", "preprocessing_complete", "validating_start",
        "validating_poll", "validating_complete", "importing", "postprocessing", "notifying_unhide", "notifying_users",
        "notifying_owner", "completed",
    ]

    private let table: String
    private let url: String

    init(at task: String, in site: RelocationSite) throws {
        let place = try #require(Self.places[task], "\(task)")
        (table, url) = (place.table, site.site.databaseURL)
        _ = try PostgresServer.shared().sql(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '40001'; END $$;
            CREATE TRIGGER refusal BEFORE \(place.event) ON \(table) FOR EACH ROW EXECUTE FUNCTION refuse()
            """, url: url)
    }

    func remove() throws {
        _ = try PostgresServer.shared().sql("DROP TRIGGER refusal ON \(table); DROP FUNCTION refuse()", url: url)
    }
}
