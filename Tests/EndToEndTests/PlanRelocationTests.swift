import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `plan relocate`: what a relocation with steps would do, and one that holds to it.
@Suite struct PlanRelocationTests {
    private func plan(_ site: RelocationSite, _ arguments: String...) throws -> Installation.Result {
        let planning = try site.site.start(enqueuing: ["plan", "relocate"] + arguments)
        let worker = try site.site.start("run")
        let result = try planning.result()
        worker.process.signal(SIGTERM)
        #expect(try worker.result().code == 0)
        return result
    }

    private func flags(_ owner: String = "owner@example.com", orgs: String = "alpha") -> [String] {
        ["--owner", owner, "--orgs", orgs]
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func aRelocationHoldsToItsPlan(_ form: LedgerSite.Form) throws
    {
        let site = try RelocationSite(form)
        let file = try site.export()
        #expect(try site.site.wait("organizations", file).code == 0)
        let out = site.site.installation.folder.file("plan.json")
        let planned = try plan(
            site, "--owner", "owner@example.com", "--orgs", "alpha", "--json", "--out", out, file)
        #expect(planned.code == 0, "\(planned.errors)")
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(planned.output.utf8)) as? [String: Any])
        #expect(document["possible"] as? Bool == true && document["scope"] as? String == "organizations")
        let renamed = try #require((document["plan"] as? [String: Any])?["renamed"] as? [[String: Any]])
        let slug = try #require(renamed.first { $0["model"] as? String == "sentry.organization" }?["to"] as? String)
        #expect(slug.hasPrefix("alpha-"))
        #expect(try site.rows("sentry_relocation").isEmpty, "a plan writes nothing")

        let other = try site.site.run("relocate", flags(orgs: "beta") + ["--plan", out, file])
        #expect(other.code == 65 && other.errors.contains("the filter is another one"), "\(other.errors)")
        let plain = try site.site.run("organizations", ["--filter-org-slugs", "alpha", "--plan", out, file])
        #expect(plain.code == 65 && plain.errors.contains("command: organizations, planned was relocate"))

        let worker = try site.site.start("run")
        let relocated = try site.site.run("relocate", flags() + ["--plan", out, "--wait", file])
        worker.process.signal(SIGTERM)
        #expect(try worker.result().code == 0)
        #expect(relocated.code == 0, "\(relocated.errors)")
        #expect(try site.organizations()[slug] == 0, "the name that was planned, visible")
    }

    @Test func whatIsRefused() throws {
        let site = try RelocationSite()
        let file = try site.export()
        // No worker is needed for that.
        let missing = try site.site.run("plan", ["relocate"] + flags(orgs: "alpha,gamma") + [file])
        #expect(missing.code == 1 && missing.errors.contains("could not be found in your submitted JSON: gamma."))
        let nobody = try plan(site, "--owner", "nobody", "--orgs", "alpha", "--json", file)
        #expect(nobody.code == 1 && nobody.errors.contains("Could not find user `nobody`."), "\(nobody.errors)")
        #expect(nobody.output.contains("\"possible\" : false"))
        #expect(try site.site.run("plan", ["relocate", file]).code == 64)
        #expect(try site.site.run("plan", ["users", "--owner", "o", file]).code == 64)
    }
}
