import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// A relocation goes through all its steps.
@Suite struct RelocateTests {
    @Test(arguments: LedgerSite.Form.allCases) func wholeFlow(_ form: LedgerSite.Form) throws {
        let site = try RelocationSite(form)
        let queued = try site.relocate(try site.export())
        #expect(queued.code == 0 && queued.lastLine == site.uuid, "\(queued.errors)")
        #expect(try site.status()["step"] as? String == "UPLOADING")
        let worker = try site.drain()
        #expect(worker.code == 0, "\(worker.errors)")

        let status = try site.status()
        #expect(status["status"] as? String == "SUCCESS" && status["step"] as? String == "COMPLETED", "\(status)")
        #expect(status["latestTask"] as? String == "COMPLETED" && status["failureReason"] is NSNull)
        #expect(status["notices"] as? String == "no mail was sent: no mail server is configured")
        #expect(try site.organizations() == ["alpha": 0, "beta": 0], "visible at the end")
        #expect(try site.roles(of: "owner@example.com") == ["owner", "owner"])
        #expect(try site.roles(of: "root@example.com") == [])
        let mirrored = try site.rows("sentry_organizationmembermapping", .control)
        #expect(mirrored.count == 2 * 2 + 2, "members, and the owner of both")
        #expect(try site.rows("sentry_organizationmapping", .control).allSatisfy { $0["status"] == .integer(0) })

        let record = try site.record()
        #expect(record["uuid"]?.text == site.uuid)
        #expect(
            record["step"] == .integer(7) && record["status"] == .integer(2) && record["latest_notified"] == .integer(2)
        )
        #expect(record["latest_task"]?.text == "COMPLETED" && record["failure_reason"]?.isNull == true)
        #expect(record["latest_unclaimed_emails_sent_at"]?.isNull == false)
        #expect(Self.list(record["want_org_slugs"]) == ["alpha", "beta"])
        #expect(Self.list(record["want_usernames"]) == ["member-1", "member-2"])
        #expect(record["owner_id"] != record["creator_id"])
        #expect(try site.rows("sentry_relocationfile").map { $0["kind"] } == [.integer(1)])
        let validation = try site.rows("sentry_relocationvalidation")
        #expect(validation.map { $0["status"] } == [.integer(4)] && validation.map { $0["attempts"] } == [.integer(1)])
        #expect(try site.rows("sentry_relocationvalidationattempt").map { $0["status"] } == [.integer(4)])
    }

    static func list(_ value: Value?) -> [String] {
        (try? JSONSerialization.jsonObject(with: Data((value?.text ?? "").utf8)) as? [String]) ?? []
    }

    @Test func slugsThatAreChangedPass() throws {
        let site = try RelocationSite()
        // Underscores become dashes, long ones are cut, twelve hexadecimal digits are reserved.
        let slugs = ["my_organization", "a-slug-that-is-much-longer-than-thirty", "0123456789ab"]
        #expect(try site.relocate(site.export(slugs), orgs: slugs.joined(separator: ",")).code == 0)
        let worker = try site.drain()
        #expect(worker.code == 0, "\(worker.errors)")
        let status = try site.status()
        #expect(status["status"] as? String == "SUCCESS", "\(status["failureReason"] ?? "") \(status["trouble"] ?? "")")
        #expect(try site.organizations().values.allSatisfy { $0 == 0 })
        #expect(try site.roles(of: "owner@example.com").count == 3)
    }

    @Test func takenNamesGetSuffixes() throws {
        let site = try RelocationSite()
        let file = try site.export()
        #expect(try site.relocate(file).code == 0)
        #expect(try site.drain().code == 0)
        let second = try site.site.run("relocate", ["--owner", "owner@example.com", "--orgs", "alpha", file])
        #expect(second.code == 0, "\(second.errors)")
        #expect(try site.drain().code == 0)
        let status = try site.site.installation.status(second.lastLine)
        #expect(status["status"] as? String == "SUCCESS", "\(status["trouble"] ?? "")")
        let slugs = try site.organizations().keys.filter { $0.hasPrefix("alpha") }
        #expect(slugs.count == 2)
        #expect(try site.organizations().values.allSatisfy { $0 == 0 })
        #expect(try site.roles(of: "owner@example.com").count == 3)
    }

    // MARK: Refusals

    @Test func theScansRefusalIsRecorded() throws {
        let site = try RelocationSite()
        let reason =
            "The following organization slug imports were requested, but could not be found in your submitted JSON: "
            + "gamma."
        let queued = try site.relocate(try site.export(), orgs: "alpha,gamma")
        #expect(queued.code == 65 && queued.lastLine == site.uuid, "\(queued.errors)")
        #expect(queued.errors.contains(reason), "\(queued.errors)")
        #expect(try site.drain().code == 1)
        let status = try site.status()
        #expect(status["status"] as? String == "FAILURE" && status["step"] as? String == "PREPROCESSING", "\(status)")
        #expect(status["failureReason"] as? String == reason)
        #expect(status["next"] as? String == "relocation-enqueue relocate --again \(site.uuid) FILE")
        #expect((status["trouble"] as? String ?? "").contains("--orgs"))
        let record = try site.record()
        #expect(
            record["failure_reason"]?.text == reason && record["status"] == .integer(1) && record["step"] == .integer(2)
        )
        #expect(record["latest_notified"] == .integer(1))
        #expect(try site.organizations().isEmpty)
    }

    @Test(arguments: [
        ("Alpha", "You asked to import an organization with the slug Alpha, which is not formatted correctly."),
        ("123", "You asked to import an organization with the slug 123, which is not formatted correctly."),
        ("a.b", "You asked to import an organization with the slug a.b, which is not formatted correctly."),
        ("alpha,,beta", "You asked to import an organization with the slug , which is not formatted correctly."),
        (
            String(repeating: "A", count: 300),
            "You asked to import an organization with the slug \(String(repeating: "A", count: 300)), which is not "
                + "formatted correctly."
        ),
    ]) func malformedSlugs(_ slugs: String, _ reason: String) throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export(), orgs: slugs).code == 65)
        #expect(try site.drain().code == 1)
        #expect(try site.status()["failureReason"] as? String == reason)
        // The column holds 256 characters of it.
        #expect(try site.record()["failure_reason"]?.text == String(reason.prefix(256)))
    }

    @Test(arguments: ["--owner", "--creator"]) func unknownPerson(_ who: String) throws {
        let site = try RelocationSite()
        let owner = who == "--owner" ? [] : ["--owner", "owner@example.com"]
        let queued = try site.site.run(
            "relocate", owner + [who, "nobody", "--orgs", "alpha", "--import-uuid", site.uuid, site.export()])
        #expect(queued.code == 0, "\(queued.errors)")
        #expect(try site.drain().code == 1)
        let status = try site.status()
        #expect(status["failureReason"] as? String == "Could not find user `nobody`.")
        #expect(status["next"] as? String == "relocation-enqueue retry \(site.uuid)")
        #expect(try site.rows("sentry_relocation").isEmpty)
    }

    @Test func anOwnerHasOneRelocationAtATime() throws {
        let site = try RelocationSite()
        let file = try site.export()
        #expect(try site.relocate(file, orgs: "alpha", "--autopause", "importing").code == 0)
        #expect(try site.drain().code == 0)
        #expect(try site.status()["status"] as? String == "PAUSE")
        let second = try site.site.run("relocate", ["--owner", "owner@example.com", "--orgs", "beta", file]).lastLine
        #expect(try site.drain().code == 1)
        let status = try site.site.installation.status(second)
        #expect(status["failureReason"] as? String == "An in-progress relocation already exists for this owner.")
        #expect((status["trouble"] as? String ?? "").contains(site.uuid))
        // No worker sees the end of the first one; the retry finds out.
        #expect(try site.site.enqueue("abort", site.uuid).code == 0)
        #expect(try site.site.enqueue("retry", second).code == 0)
        #expect(try site.drain().code == 0)
        #expect(try site.site.installation.status(second)["status"] as? String == "SUCCESS")
    }

    @Test func usage() throws {
        let site = try RelocationSite()
        let file = try site.export()
        for arguments in [
            ["--orgs", "alpha"], ["--owner", "o"], ["--owner", "o", "--orgs", ""], ["--owner", "o", "--orgs", " , "],
            ["--owner", "o", "--orgs", "alpha", "--autopause", "UPLOADING"],
            ["--owner", "o", "--orgs", "alpha", "--autopause", "nonsense"],
            ["--owner", "o", "--orgs", "a", "--atomic"],
            ["--owner", "o", "--orgs", "a", "--max-users", "0"],
            ["--again", site.uuid, "--owner", "o"],
        ] {
            #expect(try site.site.run("relocate", arguments + [file]).code == 64, "\(arguments)")
        }
        #expect(
            try site.site.run("relocate", ["--owner", "o", "--orgs", "a", "/nowhere/file"]).code == 66)
        #expect(try site.site.run("relocate", ["--again", site.uuid, file]).code == 66)
    }

    @Test func againTakesEverythingFromTheFailedOne() throws {
        let site = try RelocationSite()
        let file = try site.export()
        #expect(try site.relocate(file, orgs: "alpha", "--autopause", "VALIDATING").code == 0)
        #expect(try site.drain().code == 0)
        let early = try site.site.run("relocate", ["--again", site.uuid, file])
        #expect(
            early.errors.contains("can only be retried if they have already failed; this relocation is `PAUSE`"),
            "\(early.errors)")
        #expect(try site.site.enqueue("cancel", site.uuid).code == 0)
        let other = try site.site.write(RelocationSite.organizations(["alpha"], users: 1), to: "other.json")
        #expect(try site.site.run("relocate", ["--again", site.uuid, other]).code == 65, "another file")
        let again = try site.site.run("relocate", ["--again", site.uuid, file])
        #expect(again.code == 0 && again.lastLine != site.uuid, "\(again.errors)")
        #expect(try site.drain().code == 0)
        #expect(try site.site.installation.status(again.lastLine)["status"] as? String == "SUCCESS")
        #expect(try site.roles(of: "owner@example.com") == ["owner"])
    }
}
